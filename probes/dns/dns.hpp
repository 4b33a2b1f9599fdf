// dns://name?type=A&server=IP:PORT&expect=10.0.0.1: one question, held against what its answer should be.
//
// The task's own name servers are asked in order until one settles it, as the C library does; a bad one among
// them is evidence (an attempt, dns.servers_ok), and the run is ok. Servers named by the target must each
// answer: they take turns, and a run that inspects asks them all.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& dns_kind();

}  // namespace plumb
