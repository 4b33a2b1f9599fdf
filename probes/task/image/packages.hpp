// The installed packages as the databases of dpkg and apk name them. At most kMostPackages of each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

inline constexpr std::size_t kMostPackages = 20'000;

struct Package {
    std::string name;
    std::string version;
    std::string architecture;
    friend bool operator==(const Package&, const Package&) = default;
};

// /var/lib/dpkg/status and the files of distroless images (dpkg(1), deb-control(5)). A stanza without a
// status is of an installed package; else the third word of its status decides.
std::vector<Package> parse_dpkg(std::string_view text);

// /lib/apk/db/installed (apk's "installed" format: a letter, a colon, a value).
std::vector<Package> parse_apk(std::string_view text);

// "name version" of each, sorted; "name:architecture version" where a name is there for two.
std::vector<std::string> package_items(std::vector<Package> packages);

}  // namespace plumb::task::image
