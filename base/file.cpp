#include "base/file.hpp"

#include "base/descriptor.hpp"
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

// "" for a regular file (stat(2)).
std::string words_for_kind(mode_t mode) {
    if (S_ISREG(mode)) return {};
    if (S_ISDIR(mode)) return words_for(EISDIR);
    constexpr std::string_view kEnd = ", no regular file";
    if (S_ISFIFO(mode)) return fmt::format("is a pipe{}", kEnd);
    if (S_ISSOCK(mode)) return fmt::format("is a socket{}", kEnd);
    return fmt::format("is a device{}", kEnd);
}

std::string words_for_size(std::size_t bytes) {
    constexpr std::size_t kMebi = 1 << 20;
    constexpr std::size_t kKibi = 1 << 10;
    if (bytes >= kMebi && bytes % kMebi == 0) return fmt::format("{} MiB", bytes / kMebi);
    if (bytes >= kKibi && bytes % kKibi == 0) return fmt::format("{} KiB", bytes / kKibi);
    return fmt::format("{} bytes", bytes);
}

std::string name_of(const std::string& path) {
    return show_words(path, 512);
}

Result<std::string> read_all(int file, const std::string& name, std::size_t limit) {
    std::string text;
    std::array<char, 16384> chunk;
    for (;;) {
        const ssize_t got = ::read(file, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Error{name + ": " + words_for(errno)};
        if (got == 0) return text;
        if (text.size() + static_cast<std::size_t>(got) > limit) {
            return Error{name + ": over " + words_for_size(limit)};
        }
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    if (path == "-") return read_all(STDIN_FILENO, "standard input", limit);
    const std::string name = name_of(path);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) return Error{name + ": " + words_for(errno)};
    return read_all(file.get(), name, limit);
}

Result<std::string> read_regular_file(const std::string& path, std::size_t limit) {
    const std::string name = name_of(path);
    // Without O_NONBLOCK a pipe is opened only once somebody writes to it (fifo(7)).
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    // A socket's file cannot be opened at all, and ENXIO says nothing of it.
    if (!file && errno == ENXIO) return Error{name + ": " + why_no_regular_file(path)};
    if (!file) return Error{name + ": " + words_for(errno)};
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return Error{name + ": " + words_for(errno)};
    if (const auto kind = words_for_kind(status.st_mode); !kind.empty()) return Error{name + ": " + kind};
    return read_all(file.get(), name, limit);
}

std::string why_no_regular_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) return words_for(errno);
    return words_for_kind(status.st_mode);
}

}  // namespace plumb
