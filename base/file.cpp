#include "base/file.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (owned_ && fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
    bool owned_;
};

std::string words_for(int error) {
    switch (error) {
        case ENOENT:
            return "no such file";
        case EISDIR:
            return "is a directory";
        case EACCES:
            return "permission denied";
        default:
            return std::generic_category().message(error);
    }
}

std::string words_for_size(std::size_t bytes) {
    constexpr std::size_t kMebi = 1 << 20;
    constexpr std::size_t kKibi = 1 << 10;
    if (bytes >= kMebi && bytes % kMebi == 0) return fmt::format("{} MiB", bytes / kMebi);
    if (bytes >= kKibi && bytes % kKibi == 0) return fmt::format("{} KiB", bytes / kKibi);
    return fmt::format("{} bytes", bytes);
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const bool standard_input = path == "-";
    const std::string name = standard_input ? "standard input" : show_words(path, 512);
    const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return Error{name + ": " + words_for(errno)};
    const Descriptor file(fd, !standard_input);

    std::string text;
    std::array<char, 16384> chunk;
    for (;;) {
        const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Error{name + ": " + words_for(errno)};
        if (got == 0) return text;
        if (text.size() + static_cast<std::size_t>(got) > limit) {
            return Error{name + ": over " + words_for_size(limit)};
        }
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace plumb
