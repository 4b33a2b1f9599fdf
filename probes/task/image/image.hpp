// What the images and kernels of two environments differ in: distribution, C library, packages, trusted
// authorities, OpenSSL's configuration, time zone, how names are looked up, kernel settings, the rights of
// the process.
//
// Only a look that inspects says anything. The image is read once, and again when a file of it has changed;
// the kernel's part is read each time. An image whose root cannot be opened tells nothing of itself.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"

#include <memory>

namespace plumb::task {

std::unique_ptr<Section> make_image(Places places);

Catalog image_catalog();

}  // namespace plumb::task
