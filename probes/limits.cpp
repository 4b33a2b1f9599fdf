#include "probes/limits.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace plumb {
namespace {

std::vector<std::string> phase_names(const Kind& kind) {
    std::vector<std::string> names;
    for (const auto& phase : kind.catalog.phases)
        names.emplace_back(phase.name);
    return names;
}

Error unknown_phase(const Kind& kind, const std::string& phase) {
    const auto names = phase_names(kind);
    const auto guess = nearest(phase, names);
    std::string message = "limit: " + std::string(kind.name) + " has no phase " + quote_words(phase);
    if (!guess.empty()) message += "; did you mean '" + guess + "'?";
    message += " (known:";
    for (const auto& name : names)
        message += ' ' + name;
    return Error{message + ")"};
}

Result<void> check_limits(const Kind& kind, const std::vector<PhaseLimit>& limits) {
    const auto names = phase_names(kind);
    for (auto limit = limits.begin(); limit != limits.end(); ++limit) {
        if (std::find(names.begin(), names.end(), limit->phase) == names.end())
            return unknown_phase(kind, limit->phase);
        if (limit->limit < std::chrono::milliseconds(1))
            return Error{"limit of phase '" + limit->phase + "' must be 1ms or more"};
        const bool again = std::any_of(limits.begin(), limit, [&limit](const PhaseLimit& earlier) {
            return earlier.phase == limit->phase;
        });
        if (again) return Error{"limit of phase '" + limit->phase + "' is given twice"};
    }
    return {};
}

}  // namespace

Result<void> take_limits(const Kind& kind, Target& target) {
    auto& options = kind.options_in_fragment ? target.url.fragment : target.url.query;
    for (const auto& [name, value] : options) {
        if (!name.starts_with(kLimitPrefix)) continue;
        const auto limit = parse_duration(value);
        if (!limit)
            return Error{"option " + quote_words(name) + " should be a duration, as in limit.connect=500ms"};
        target.limits.push_back({name.substr(kLimitPrefix.size()), *limit});
    }
    std::erase_if(options, [](const auto& option) { return option.first.starts_with(kLimitPrefix); });
    return check_limits(kind, target.limits);
}

}  // namespace plumb
