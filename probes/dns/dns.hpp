// dns://name?type=A&server=IP:PORT&expect=10.0.0.1: one question, its answer's code and shape.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& dns_kind();

}  // namespace plumb
