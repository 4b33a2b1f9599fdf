// Which packages an image has: the databases of dpkg (with those of distroless images), apk and rpm, the
// first that is there.
#pragma once

#include "probes/task/image/evidence.hpp"
#include "probes/task/image/image_files.hpp"

namespace plumb::task::image {

// nullopt when a database is there and cannot be read.
std::optional<PackageList> read_packages(ImageFiles& files);

}  // namespace plumb::task::image
