// Time zone and locale as the variables of a process set them (environ(7), tzset(3), locale(7)). Of a value
// only what looks like one of the known kind is repeated: anything may stand in a variable.
#pragma once

#include <string>
#include <string_view>

namespace plumb::task::image {

// "Europe/Paris" of "Europe/Paris", ":Europe/Paris" and "/usr/share/zoneinfo/Europe/Paris"; a rule as in
// "CET-1CEST,M3.5.0,M10.5.0/3" as it is; "UTC" of all its names and of an empty value, as the C library takes
// it. "" for anything else.
std::string zone_of_variable(std::string_view value);

// Whether it names a file of zoneinfo and is no rule.
bool names_zone_file(std::string_view zone);

// "en_US.UTF-8", "C.UTF-8", "POSIX"; "" for anything else.
std::string locale_of_variable(std::string_view value);

}  // namespace plumb::task::image
