// Which distribution an image is of (os-release(5)).
#pragma once

#include <string>
#include <string_view>

namespace plumb::task::image {

struct OsRelease {
    std::string id;           // "debian"
    std::string version;      // VERSION_ID: "12", "3.19.1"; a rolling one has none
    std::string pretty_name;  // "Debian GNU/Linux 12 (bookworm)"
};

OsRelease parse_os_release(std::string_view text);

// "debian 12", "alpine 3.19", "distroless debian 12". What comes after the second part of a version is the
// packages' matter.
std::string os_text(const OsRelease& release);

}  // namespace plumb::task::image
