// Applying a policy to what the rules found.
#pragma once

#include "controller/judge/finding/judgement.hpp"
#include "controller/judge/policy/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

// "*", the subject itself, or a part of it before a colon: "latency" and "latency:connect" match
// "latency:connect:p50".
bool subject_matches(std::string_view pattern, std::string_view subject);

// Whether findings of this dependency may hold; those of none ("") may.
bool is_critical(const Policy& policy, std::string_view dependency);

// The values of a fact that tasks of a side ("baseline", "candidate") show, from the finding's evidence; none
// when it does not tell them all.
std::optional<std::vector<std::string>> shown_values(const Finding& finding, const char* side);

// The causes that a finding is about: of failures each that a tenth of them have or more, the finding's own
// first.
std::vector<std::string> causes_of(const Finding& finding);

// The largest latency ratio that an acceptance in force gives; 1 when none does, a very large number when one
// accepts without naming a ratio.
double accepted_ratio(const Policy& policy, std::string_view dependency, std::string_view subject, Time now);

// Whether the acceptance, were it in force, covers a cause of the finding or of what it explains.
bool would_accept(const Acceptance& acceptance, const Finding& finding);

// The day that the policy file names as the acceptance's end: "2026-01-31".
std::string last_day(Time until);

struct PolicyEffect {
    boost::json::array accepted;  // for the coverage
    std::size_t ignored = 0;
};

// Takes away what is accepted or ignored, and lowers to a warning what may not hold. Gaps that nobody would
// hold on no longer block.
PolicyEffect apply_policy(const Policy& policy, Time now, Judgement& judgement);

}  // namespace plumb::judge
