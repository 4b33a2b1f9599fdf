// The files of an image, seen from its own root, and whether what was read of them has changed since.
//
// Only regular files are opened: a pipe would hold us up and a device may do something when it is opened.
// Paths are absolute, as a process of the image names them.
#pragma once

#include "base/descriptor.hpp"
#include "probes/task/image/byte_source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace plumb::task::image {

class ImageFile final : public ByteSource {
  public:
    ImageFile(Descriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
    std::uint64_t size() const override { return size_; }  // when it was opened
    bool read_at(std::uint64_t offset, std::span<char> to) const override;

  private:
    Descriptor file_;
    std::uint64_t size_;
};

enum class Presence {
    absent,
    unreadable,  // no right to, no regular file, a loop of links, too large
    there,
};

struct FileText {
    Presence presence = Presence::absent;
    std::string text;
    explicit operator bool() const { return presence == Presence::there; }
};

struct OpenedFile {
    Presence presence = Presence::absent;
    std::unique_ptr<ImageFile> file;  // of one that is there
};

class ImageFiles {
  public:
    explicit ImageFiles(std::string root) : root_path_(std::move(root)) {}

    // Opens the root and forgets what was read. False when it cannot be; all that follows is then absent.
    bool open();
    // Whether a file that was asked for since open() is another now, has come or gone. Asks only stat(2).
    bool changed() const;

    FileText read(const std::string& path, std::size_t limit);
    OpenedFile open_file(const std::string& path);
    std::optional<std::string> link_target(const std::string& path);  // of a link itself
    // Sorted; at most `most`. Empty for what is no folder.
    std::vector<std::string> names_in(const std::string& path, std::size_t most);

  private:
    struct Stamp {
        bool there = false;
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        timespec modified{};
        timespec altered{};  // rights and names too
    };
    struct Watched {
        std::string path;
        int flags;
        Stamp stamp;
    };

    static Stamp stamp_of(const struct stat& status);
    static Stamp stamp_of(int root, const Watched& watched);
    static bool same(const Stamp& a, const Stamp& b);
    // What stands at `path` now, which is watched from now on.
    std::optional<struct stat> look_at(const std::string& path, int flags);

    std::string root_path_;  // "" is our own "/"
    Descriptor root_;
    Stamp root_stamp_;
    std::vector<Watched> watched_;
};

}  // namespace plumb::task::image
