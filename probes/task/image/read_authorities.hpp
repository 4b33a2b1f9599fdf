// The authorities that programs of an image trust: its own bundle, or what SSL_CERT_FILE and SSL_CERT_DIR
// name (SSL_CTX_load_verify_locations(3)), and what single runtimes take besides.
#pragma once

#include "probes/task/image/evidence.hpp"
#include "probes/task/image/image_files.hpp"
#include "probes/task/image/variables.hpp"

#include <optional>
#include <vector>

namespace plumb::task::image {

// nullopt where it cannot be read.
std::optional<CaBundle> read_ca_bundle(ImageFiles& files, const Variables& variables);

// Of NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE and the like; only of those that are set.
std::vector<ExtraAuthorities> read_extra_authorities(ImageFiles& files, const Variables& variables);

}  // namespace plumb::task::image
