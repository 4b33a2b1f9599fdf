#include "agent/check/targets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::string_view kNothing =
    "nothing to check: no variable of this environment holds a URL of a known scheme, or a host and port "
    "pair.\n"
    "Name a target, as in\n"
    "  plumb-agent check --target database=env:DATABASE_URL --target cache=redis://cache:6379/0\n"
    "or give a file with --config plumb.yaml";

Result<TargetSpec> target_of_flag(const std::string& flag, const Environment& environment,
                                  const SchemeLookup& lookup) {
    const auto equals = flag.find('=');
    const auto scheme = flag.find("://");
    if (equals == std::string::npos || (scheme != std::string::npos && scheme < equals)) {
        return Error{
            "--target needs NAME=URL, NAME=env:VAR or NAME=file:PATH, as in cache=redis://cache:6379/0"};
    }
    TargetSpec spec;
    spec.dependency = flag.substr(0, equals);
    if (const auto good = check_dependency_name(spec.dependency); !good) {
        return Error{"--target: " + good.error().message};
    }
    spec.origin = fmt::format("--target {}", spec.dependency);
    const auto value = std::string_view(flag).substr(equals + 1);
    const auto text = follow_reference(value, environment);
    if (!text) return Error{fmt::format("{}: {}", spec.origin, text.error().message)};
    auto read = read_target_url(*text, value.starts_with("env:"), lookup);
    if (!read) return Error{fmt::format("{}: {}", spec.origin, read.error().message)};
    spec.url = std::move(read->url);
    spec.note = std::move(read->note);
    return spec;
}

std::string known_names(const std::vector<TargetSpec>& targets) {
    std::string out;
    for (const auto& spec : targets)
        out += (out.empty() ? "" : ", ") + spec.dependency;
    return out;
}

void keep_only(const std::vector<std::string>& only, CheckTargets& chosen) {
    if (only.empty()) return;
    for (const auto& name : only) {
        const auto found = std::any_of(chosen.targets.begin(), chosen.targets.end(),
                                       [&](const TargetSpec& spec) { return spec.dependency == name; });
        if (found) continue;
        chosen.errors.push_back(fmt::format("--only: there is no dependency {}; the known ones are: {}",
                                            quote_words(name), known_names(chosen.targets)));
    }
    std::erase_if(chosen.targets, [&](const TargetSpec& spec) {
        return std::find(only.begin(), only.end(), spec.dependency) == only.end();
    });
}

void refuse_repeats(CheckTargets& chosen) {
    std::set<std::string> seen;
    for (const auto& spec : chosen.targets) {
        if (seen.insert(spec.dependency).second) continue;
        chosen.errors.push_back(fmt::format("{}: the dependency '{}' is given twice; give each its own name",
                                            spec.origin, spec.dependency));
    }
}

}  // namespace

CheckTargets choose_targets(const CheckOptions& options, const Config* config,
                            const EnvironmentPairs& variables, const Environment& environment,
                            const SchemeLookup& lookup) {
    CheckTargets chosen;
    chosen.resolvers = options.resolvers;
    if (config != nullptr) {
        chosen.targets = config->targets;
        if (chosen.resolvers.empty()) chosen.resolvers = config->resolvers;
    }
    for (const auto& flag : options.targets) {
        auto spec = target_of_flag(flag, environment, lookup);
        if (spec) {
            chosen.targets.push_back(*std::move(spec));
        } else {
            chosen.errors.push_back(spec.error().message);
        }
    }
    if (config == nullptr && options.targets.empty()) {
        auto found = discover(variables, lookup);
        chosen.discovered = true;
        chosen.targets = std::move(found.targets);
        chosen.warnings = std::move(found.warnings);
    }
    if (!chosen.errors.empty()) return chosen;
    if (chosen.targets.size() > kMaxTargets) {
        chosen.errors.push_back(
            fmt::format("{} targets; at most {} are allowed", chosen.targets.size(), kMaxTargets));
        return chosen;
    }
    if (chosen.targets.empty()) {
        chosen.errors.emplace_back(kNothing);
        return chosen;
    }
    refuse_repeats(chosen);
    keep_only(options.only, chosen);
    return chosen;
}

}  // namespace plumb::agent
