// The packages of rpm's SQLite database (rpmdb.sqlite, rpm 4.16 and later).
#pragma once

#include "probes/task/image/byte_source.hpp"
#include "probes/task/image/packages.hpp"

#include <optional>
#include <vector>

namespace plumb::task::image {

// `log` is rpmdb.sqlite-wal or null. nullopt when it is another kind of database or damaged: a part of the
// list would look like another image.
std::optional<std::vector<Package>> read_rpm_database(const ByteSource& file, const ByteSource* log);

}  // namespace plumb::task::image
