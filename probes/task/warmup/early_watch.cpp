#include "probes/task/warmup/early_watch.hpp"

#include "base/text.hpp"
#include "probes/task/warmup/facts.hpp"
#include "probes/task/warmup/settings.hpp"

#include <fmt/format.h>

namespace plumb::task {
namespace {

constexpr unsigned kNamed = 3;
constexpr std::size_t kMaxName = 48;

}  // namespace

void EarlyWatch::dependency_seen(std::string_view dependency, bool ok, Clock::time_point at) {
    auto found = dependencies_.find(dependency);
    if (found == dependencies_.end()) {
        if (dependencies_.size() == kMaxDependencies) return;
        found = dependencies_.emplace(std::string(dependency), Seen{}).first;
    }
    Seen& seen = found->second;
    if (seen.first_ok) return;
    (ok ? seen.first_ok : seen.failed) = at;
}

bool EarlyWatch::unreachable_when_healthy(const Seen& seen) const {
    const bool reached = seen.first_ok && *seen.first_ok <= *healthy_;
    return !reached && seen.failed && *seen.failed >= *healthy_;
}

std::string EarlyWatch::early_ones() const {
    std::string names;
    unsigned count = 0;
    for (const auto& [name, seen] : dependencies_) {
        if (!unreachable_when_healthy(seen)) continue;
        ++count;
        if (count <= kNamed) names += (names.empty() ? "" : ", ") + sanitize(name, kMaxName);
    }
    if (count > kNamed) names += fmt::format(" and {} more", count - kNamed);
    return names;
}

std::optional<Check> EarlyWatch::check(std::string_view who, std::chrono::nanoseconds within) {
    if (!healthy_ || dependencies_.empty()) return std::nullopt;
    Check check{std::string(kReadinessCheck.name), Cause::task_ready_early, false, {}};
    const auto early = early_ones();
    if (early.empty() || told_ == kTold) return check;
    ++told_;
    check.failed = true;
    check.detail = fmt::format("{} was healthy within {}, before {} could be reached", who,
                               seconds_in_words(within), early);
    return check;
}

}  // namespace plumb::task
