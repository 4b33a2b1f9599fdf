// What became of the acceptances of a policy in one comparison: an acceptance that does nothing, by a typing
// error or because its day has passed, must not do so in silence. Pure.
#pragma once

#include "controller/judge/finding/finding.hpp"
#include "controller/judge/policy/policy.hpp"

#include <string>
#include <vector>

#include <boost/json/array.hpp>

namespace plumb::ctl {

struct Accepted {
    std::vector<judge::Finding> findings;  // what is left
    boost::json::array accepted;           // as judge::apply_policy tells them
    std::vector<std::string> expired;      // "2026-01-31: database fact:tls.version: reason (owner)"
    std::vector<std::string> unmatched;  // "database fact:tls.version"; never of latency, which never differs
};

Accepted apply_acceptances(const judge::Policy& policy, judge::Time now,
                           const std::vector<judge::Finding>& findings);

}  // namespace plumb::ctl
