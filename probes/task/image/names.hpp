// How names are looked up: resolv.conf(5), hosts(5), nsswitch.conf(5); and locale.conf(5).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

// "edns0 ndots:5 timeout:2": sorted, of an option that is given twice the last; "none".
std::string resolver_options(std::string_view resolv_conf);

struct ExtraHosts {
    std::size_t entries = 0;
    std::vector<std::string> names;  // sorted, each once
};

// The entries that the container's runtime did not write: not of localhost and ip6-*, not with one of the own
// names (the host's, with or without its domain) nor with one made of its address, as AWS names hosts.
ExtraHosts extra_hosts(std::string_view hosts, const std::vector<std::string>& own_names);
std::string hosts_text(const ExtraHosts& hosts);  // "2 extra entries: a.internal, b.internal"; "none"

// "files dns" of the line "hosts:"; "" when there is none.
std::string nsswitch_hosts(std::string_view nsswitch);

// "C.UTF-8", "C.UTF-8 LC_TIME=de_DE.UTF-8"; "" when the file says nothing.
std::string locale_text(std::string_view locale_conf);

}  // namespace plumb::task::image
