#include "probes/task/warmup/course.hpp"

#include "probes/task/warmup/facts.hpp"

#include <string>

namespace plumb::task {

WarmupCourse::WarmupCourse(WarmupSettings settings, Clock::time_point start, bool from_start)
    : settings_(std::move(settings)),
      health_(settings_, settings_.health, start, from_start),
      port_(settings_, start) {
    if (settings_.ready) ready_.emplace(settings_, *settings_.ready, start, from_start);
}

void WarmupCourse::answered(Asked which, const HealthAnswer& answer) {
    if (answer.status == 0 && to_string(answer.failed).starts_with("local.")) return;
    if (which == Asked::ready) return ready_->answered(answer);
    health_.answered(answer);
    port_.answered(answer);
    early_.first_healthy(health_.healthy_by());
}

void WarmupCourse::set_start(Clock::time_point start, bool from_start) {
    health_.set_start(start, from_start);
    if (ready_) ready_->set_start(start, from_start);
    port_.set_start(start);
    early_.first_healthy(health_.healthy_by());
}

Clock::duration WarmupCourse::pause(Asked which) const {
    return (which == Asked::ready ? *ready_ : health_).pause();
}

void WarmupCourse::describe(Look& look) {
    look.evidence.fact(kWarmupSettings, kill_line_in_words(settings_));
    describe_times(look.evidence);
    if (health_.asked() || readiness().asked()) look.checks.push_back(warmup_check());
    if (!health_.asked()) return;
    look.checks.push_back(port_.check());
    if (const auto words = port_.in_words(); !words.empty()) look.evidence.fact(kHealthPort, words);
    const auto healthy = health_.healthy_by();
    if (!healthy) return;
    auto check = early_.check(path_in_words(settings_.health), health_.since_start(*healthy));
    if (!check) return;
    if (check->failed) look.evidence.fact(kReadyEarly, check->detail);
    look.checks.push_back(*std::move(check));
}

void WarmupCourse::describe_times(Outcome& evidence) const {
    const auto line = kill_line(settings_);
    if (const auto healthy = health_.warmup()) evidence.gauge(kWarmupHealthy, as_seconds(*healthy));
    if (!readiness().asked()) return;
    evidence.fact(kReadiness, readiness().in_words());
    auto so_far = readiness().warmup();
    const auto waiting = readiness().waiting();
    if (waiting && *waiting >= line / 2) so_far = waiting;
    if (so_far) evidence.gauge(kWarmup, as_seconds(*so_far), as_seconds(line));
}

// The balancer asks for health, so that may fail it too where another URL tells readiness.
Check WarmupCourse::warmup_check() const {
    std::string complaint = readiness().complaint();
    if (complaint.empty()) complaint = health_.complaint();
    const bool failed = !complaint.empty();
    return {std::string(kWarmupCheck.name), Cause::task_not_ready, failed, std::move(complaint)};
}

Catalog warmup_catalog() {
    Catalog catalog;
    catalog.phases = {kWarmupCheck, kReadinessCheck, kPortCheck};
    catalog.causes = {Cause::task_not_ready, Cause::task_ready_early, Cause::task_wrong_port};
    catalog.facts = {kWarmupSettings, kReadiness, kHealthPort, kReadyEarly};
    catalog.gauges = {kWarmup, kWarmupHealthy};
    return catalog;
}

}  // namespace plumb::task
