#include "controller/api/compare.hpp"

#include "base/duration.hpp"
#include "controller/judge/evidence/view.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace plumb::api {
namespace {

class Asking {
  public:
    Asking(store::WindowSource& store, std::vector<std::string>& store_errors,
           const std::function<bool()>& abandoned)
        : store_(store), store_errors_(store_errors), abandoned_(abandoned) {}

    // `runs_from`: as CohortBuilder::count_runs_from().
    judge::Cohort cohort(const Selector& selector, const store::WindowSource::Range& range,
                         judge::Time runs_from = judge::Time::min()) {
        judge::CohortBuilder builder(selector.text());
        builder.count_runs_from(runs_from);
        try {
            bool any = false;
            store_.read(selector, range, [&](const store::StoredWindow& stored) {
                if (abandoned_()) throw Abandoned();
                builder.add(stored.window, stored.end);
                any = true;
            });
            if (!any) tell_retention(range, builder);
            for (const auto& row : store_.agents(range.from)) {
                // Who said goodbye later than the range ends was there all the time.
                const bool gone = row.said_goodbye && row.last_end <= range.until;
                if (gone && selector.matches(row.labels)) builder.goodbye(row.agent);
            }
        } catch (const store::StoreError& error) {
            store_errors_.emplace_back(error.what());
            builder.error(error.what());
        }
        return std::move(builder).build();
    }

  private:
    // A range that lies before all that is kept is empty for another reason than tasks that do not report.
    void tell_retention(const store::WindowSource::Range& range, judge::CohortBuilder& builder) {
        const auto oldest = store_.oldest();
        if (!oldest || range.until >= *oldest) return;
        builder.error(fmt::format(
            "the windows from {} to {} are no longer kept, or were never there: the oldest ended at {} "
            "(plumb-controller serve --retention)",
            format_time(range.from), format_time(range.until), format_time(*oldest)));
    }

    store::WindowSource& store_;
    std::vector<std::string>& store_errors_;
    const std::function<bool()>& abandoned_;
};

}  // namespace

double share_of_look(unsigned look) {
    const double k = std::min(look, kMostLooks);
    return look == 0 ? 1 : 1 / (k * (k + 1));
}

double share_of_look_under_floor(unsigned look) {
    constexpr unsigned kFirst = 20;  // as many as windows of 30 s in ten minutes
    if (look <= kFirst) return share_of_look(look);
    return 1.0 / (kFirst + 1) / (kMostLooks - kFirst);
}

judge::Report compare(store::WindowSource& store, const Question& question, store::Time now,
                      std::vector<std::string>& store_errors, const std::function<bool()>& abandoned) {
    Asking asking(store, store_errors, abandoned);
    const auto then = now - question.baseline_before;
    const auto candidate = asking.cohort(question.candidate, {now - question.since, now});
    auto baseline =
        asking.cohort(question.baseline, {then - question.since, then},
                      judge::runs_compared_from(candidate, question.policy, now, question.baseline_before));
    baseline.behind = question.baseline_before;
    judge::Look look(now);
    look.alarm_share = question.alarm_share;
    look.explain = question.explain;
    return judge::judge(baseline, candidate, question.policy, look);
}

std::optional<store::Time> latest_window(store::WindowSource& store, const Selector& baseline,
                                         const Selector& candidate) {
    std::optional<store::Time> latest;
    for (const auto& row : store.agents(store::Time{})) {
        const bool asked = baseline.matches(row.labels) || candidate.matches(row.labels);
        if (asked && row.windows > 0) latest = std::max(latest.value_or(row.last_end), row.last_end);
    }
    return latest;
}

}  // namespace plumb::api
