#include "probes/task/image/image_files.hpp"

#include "base/freed.hpp"
#include "probes/task/image/path_below.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostWatched = 2048;

Descriptor open_root(const std::string& path) {
    return Descriptor(::open(path.empty() ? "/" : path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool is_absence(int error) {
    return error == ENOENT || error == ENOTDIR;
}

}  // namespace

bool ImageFile::read_at(std::uint64_t offset, std::span<char> to) const {
    while (!to.empty()) {
        const auto got = ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        offset += static_cast<std::uint64_t>(got);
        to = to.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

ImageFiles::Stamp ImageFiles::stamp_of(const struct stat& status) {
    return {true, status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

ImageFiles::Stamp ImageFiles::stamp_of(int root, const Watched& watched) {
    const auto file = open_below(root, watched.path, watched.flags);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return {};
    return stamp_of(status);
}

bool ImageFiles::same(const Stamp& a, const Stamp& b) {
    const auto same_time = [](const timespec& x, const timespec& y) {
        return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
    };
    return a.there == b.there && a.device == b.device && a.inode == b.inode && a.size == b.size &&
           same_time(a.modified, b.modified) && same_time(a.altered, b.altered);
}

bool ImageFiles::open() {
    watched_.clear();
    root_ = open_root(root_path_);
    struct stat status {};
    if (!root_ || ::fstat(root_.get(), &status) != 0) return false;
    root_stamp_ = stamp_of(status);
    return true;
}

bool ImageFiles::changed() const {
    const auto root = open_root(root_path_);
    struct stat status {};
    if (!root_ || !root || ::fstat(root.get(), &status) != 0) return true;
    // What happens in the root folder itself does not matter, only which it is.
    if (status.st_dev != root_stamp_.device || status.st_ino != root_stamp_.inode) return true;
    return std::any_of(watched_.begin(), watched_.end(), [&root](const Watched& watched) {
        return !same(watched.stamp, stamp_of(root.get(), watched));
    });
}

std::optional<struct stat> ImageFiles::look_at(const std::string& path, int flags) {
    if (!root_) {
        errno = ENOENT;
        return std::nullopt;
    }
    const auto file = open_below(root_.get(), path, flags);
    struct stat status {};
    const int error = !file || ::fstat(file.get(), &status) != 0 ? errno : 0;
    if (watched_.size() < kMostWatched) {
        watched_.push_back({path, flags, error == 0 ? stamp_of(status) : Stamp{}});
    }
    errno = error;
    if (error != 0) return std::nullopt;
    return status;
}

OpenedFile ImageFiles::open_file(const std::string& path) {
    const auto seen = look_at(path, O_PATH);
    if (!seen) return {is_absence(errno) ? Presence::absent : Presence::unreadable, nullptr};
    if (!S_ISREG(seen->st_mode)) return {Presence::unreadable, nullptr};
    auto file = open_below(root_.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {Presence::unreadable, nullptr};
    }
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
    return {Presence::there, std::make_unique<ImageFile>(std::move(file), size)};
}

FileText ImageFiles::read(const std::string& path, std::size_t limit) {
    const auto opened = open_file(path);
    FileText out{opened.presence, {}};
    if (!opened.file) return out;
    if (opened.file->size() > limit) return {Presence::unreadable, {}};
    out.text.resize(static_cast<std::size_t>(opened.file->size()));
    if (!opened.file->read_at(0, out.text)) return {Presence::unreadable, {}};
    return out;
}

std::optional<std::string> ImageFiles::link_target(const std::string& path) {
    const auto seen = look_at(path, O_PATH | O_NOFOLLOW);
    if (!seen || !S_ISLNK(seen->st_mode)) return std::nullopt;
    const auto link = open_below(root_.get(), path, O_PATH | O_NOFOLLOW);
    std::string target(4096, '\0');
    const auto size = link ? ::readlinkat(link.get(), "", target.data(), target.size()) : -1;
    if (size <= 0) return std::nullopt;
    target.resize(static_cast<std::size_t>(size));
    return target;
}

std::vector<std::string> ImageFiles::names_in(const std::string& path, std::size_t most) {
    std::vector<std::string> names;
    const auto seen = look_at(path, O_PATH);
    if (!seen || !S_ISDIR(seen->st_mode)) return names;
    auto folder = open_below(root_.get(), path, O_RDONLY | O_DIRECTORY);
    if (!folder) return names;
    const std::unique_ptr<DIR, Freed<::closedir>> stream(::fdopendir(folder.get()));
    if (!stream) return names;
    folder.release();
    while (names.size() < most) {
        const auto* entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace plumb::task::image
