// Everything that an outcome of this kind may hold (probes/probe.hpp).
#pragma once

#include "probes/probe.hpp"

namespace plumb::postgres {

Catalog catalog();

}  // namespace plumb::postgres
