#include "probes/task/image/path_below.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace plumb::task::image {
namespace {

constexpr unsigned kMostLinks = 40;      // as the kernel
constexpr std::size_t kDeepest = 64;     // folders open at once
constexpr std::size_t kMostParts = 512;  // of the path with the links in it

// linux/openat2.h, which older headers lack.
struct OpenHow {
    std::uint64_t flags;
    std::uint64_t mode;
    std::uint64_t resolve;
};
constexpr std::uint64_t kNoMagicLinks = 0x02;
constexpr std::uint64_t kInRoot = 0x10;
constexpr long kOpenat2 = 437;  // on every architecture

bool is_link(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISLNK(status.st_mode);
}

Descriptor failed(int error) {
    errno = error;
    return Descriptor();
}

// One walk along a path: the folders that it is in, and the parts still to go, the next one last.
class Walk {
  public:
    explicit Walk(int root) : root_(root) {}

    Descriptor to(const std::string& path, int flags) {
        push(path);
        while (!parts_.empty()) {
            const auto part = std::move(parts_.back());
            parts_.pop_back();
            if (part == "..") {
                if (!folders_.empty()) folders_.pop_back();
                continue;
            }
            Descriptor next(::openat(here(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
            if (!next) return next;
            const bool last = parts_.empty();
            if (is_link(next.get()) && !(last && (flags & O_NOFOLLOW) != 0)) {
                if (!follow(next.get())) return failed(ELOOP);
                continue;
            }
            if (last) {
                if ((flags & O_PATH) != 0) return next;
                return Descriptor(::openat(here(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
            }
            if (folders_.size() == kDeepest) return failed(ENAMETOOLONG);
            folders_.push_back(std::move(next));
        }
        return Descriptor(::openat(here(), ".", flags | O_CLOEXEC));
    }

  private:
    int here() const { return folders_.empty() ? root_ : folders_.back().get(); }

    void push(std::string_view path) {
        const auto added = split(path, '/');
        for (auto part = added.rbegin(); part != added.rend(); ++part) {
            if (!part->empty() && *part != ".") parts_.emplace_back(*part);
        }
    }

    bool follow(int link) {
        std::array<char, PATH_MAX> target{};
        const auto size = ::readlinkat(link, "", target.data(), target.size());
        if (size <= 0 || ++links_ > kMostLinks || parts_.size() > kMostParts) return false;
        const std::string_view path(target.data(), static_cast<std::size_t>(size));
        if (path.front() == '/') folders_.clear();
        push(path);
        return true;
    }

    int root_;
    std::vector<Descriptor> folders_;
    std::vector<std::string> parts_;
    unsigned links_ = 0;
};

}  // namespace

Descriptor walk_below(int root, const std::string& path, int flags) {
    return Walk(root).to(path, flags);
}

Descriptor open_below(int root, const std::string& path, int flags) {
    OpenHow how{static_cast<std::uint64_t>(flags | O_CLOEXEC), 0, kInRoot | kNoMagicLinks};
    const long fd = ::syscall(kOpenat2, root, path.c_str(), &how, sizeof how);
    if (fd >= 0) return Descriptor(static_cast<int>(fd));
    // A filter that does not know the call says EPERM; EAGAIN: something was renamed meanwhile.
    if (errno == ENOSYS || errno == EPERM || errno == EAGAIN) return walk_below(root, path, flags);
    return Descriptor();
}

}  // namespace plumb::task::image
