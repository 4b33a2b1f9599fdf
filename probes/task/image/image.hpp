// What the images and kernels of two environments differ in: distribution, C library, packages, trusted
// authorities, OpenSSL's configuration, time zone, how names are looked up, kernel settings, the rights of
// the process.
//
// Only a look that inspects says anything. The image is read once, and again when a file of it has changed;
// the kernel's part is read each time. Variables of the app (TZ, LC_ALL, LC_CTYPE, LANG, SSL_CERT_FILE,
// SSL_CERT_DIR, NODE_EXTRA_CA_CERTS …) go before the image's own files, as they do for its programs. An image
// whose root cannot be opened tells nothing of itself.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task {

// `variable` finds a variable of the app, at each look; it may be empty.
std::unique_ptr<Section> make_image(
    Places places, std::function<std::optional<std::string>(std::string_view)> variable = {});

Catalog image_catalog();

}  // namespace plumb::task
