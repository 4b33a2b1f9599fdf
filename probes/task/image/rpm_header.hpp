// A package in rpm's database: a header without its magic (rpm.org, "RPM v4 header format"), which is an
// index of tags and a store of values.
#pragma once

#include "probes/task/image/packages.hpp"

#include <optional>
#include <string_view>

namespace plumb::task::image {

// Its name and "epoch:version-release", the epoch where there is one. `header` may be cut behind those
// values; nullopt when it is cut before or is no header.
std::optional<Package> parse_rpm_header(std::string_view header);

}  // namespace plumb::task::image
