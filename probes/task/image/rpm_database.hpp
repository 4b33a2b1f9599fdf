// The packages of rpm's databases: SQLite (rpmdb.sqlite, rpm 4.16 and later) and Berkeley DB (Packages:
// Amazon Linux 2, and the families of Enterprise Linux up to 8).
#pragma once

#include "probes/task/image/byte_source.hpp"
#include "probes/task/image/packages.hpp"

#include <optional>
#include <vector>

namespace plumb::task::image {

// `log` is rpmdb.sqlite-wal or null. nullopt when it is another kind of database or damaged: a part of the
// list would look like another image.
std::optional<std::vector<Package>> read_rpm_database(const ByteSource& file, const ByteSource* log);

// Of a file "Packages"; likewise.
std::optional<std::vector<Package>> read_berkeley_rpm_database(const ByteSource& file);

}  // namespace plumb::task::image
