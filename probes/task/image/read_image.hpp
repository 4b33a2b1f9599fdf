// Reads what an image holds. Nothing in it is executed, each file is bounded, and what cannot be read is left
// out.
#pragma once

#include "probes/task/image/evidence.hpp"
#include "probes/task/image/image_files.hpp"
#include "probes/task/image/variables.hpp"

#include <string>
#include <vector>

namespace plumb::task::image {

// REQUIRES: files.open() said true. `own_names` are the host names whose line in /etc/hosts is the
// runtime's. `variables` are those of the app.
ImageEvidence read_image(ImageFiles& files, std::vector<std::string> own_names, const Variables& variables);

}  // namespace plumb::task::image
