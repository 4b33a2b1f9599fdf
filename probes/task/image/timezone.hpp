// Which time zone an image keeps (localtime(5), RFC 8536).
#pragma once

#include <string>
#include <string_view>

namespace plumb::task::image {

// "Europe/Berlin" of "/usr/share/zoneinfo/Europe/Berlin"; the target itself when it leads elsewhere. All
// names of UTC are "UTC".
std::string zone_of_link(std::string_view target);

// Of a zone file: the rule in its footer, "CET-1CEST,M3.5.0,M10.5.0/3"; its digest when it has none. What is
// no zone file is "UTC", as the C library takes it.
std::string zone_of_file(std::string_view bytes);

}  // namespace plumb::task::image
