// One saved check, by dependency: the outcomes of `--repeat` are put together. Text is escaped and bounded
// here.
#pragma once

#include "base/result.hpp"
#include "model/fact.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace plumb::ctl {

struct SavedFact {
    std::string value;             // the most frequent of the runs
    std::optional<FactClass> cls;  // when the file tells it
};

struct SavedGauge {
    double highest = 0;
    std::optional<double> limit;
    bool limit_known = false;              // some run told value and limit, or value alone
    std::optional<bool> refuses_at_limit;  // when the file tells it

    std::optional<double> headroom() const;  // 0 … 1; nothing without a limit
};

struct SavedFailure {
    std::string phase;
    std::string cause;
    std::string detail;
    unsigned runs = 0;
};

// What the task found out about itself alone.
struct SavedCheck {
    bool failed = false;
    std::string cause;
    std::string detail;
};

struct SavedDependency {
    std::string kind;
    unsigned runs = 0;
    unsigned failed = 0;
    std::optional<SavedFailure> failure;  // the most frequent
    std::map<std::string, SavedFact> facts;
    std::map<std::string, SavedGauge> gauges;
    std::map<std::string, SavedCheck> checks;  // of the dependency `task` alone
    double median_us = 0;                      // over successful runs; 0 without one

    // A majority of the runs decides.
    bool ok() const { return failed * 2 < runs; }
    // Some runs failed, too many for one lost packet.
    bool shaky() const { return ok() && failed >= 2 && failed * 5 >= runs; }
};

struct CheckOutput {
    std::string name;  // of the file, as the user gave it
    // The task's own evidence stands among them as the dependency `task`, where the file has some.
    std::map<std::string, SavedDependency> dependencies;
    bool interrupted = false;                          // the check ended before all targets were checked
    std::optional<std::set<std::string>> not_checked;  // these then, when the file tells them

    // Whether the check ended before it came to this target: that it is not there says nothing.
    bool ended_before(const std::string& dependency) const;
};

// `text` as it was saved; `name` stands in errors.
Result<CheckOutput> read_check(std::string_view text, const std::string& name);

}  // namespace plumb::ctl
