// How the values of one fact spread over the tasks of both sides.
#pragma once

#include "controller/judge/evidence/view.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace plumb::judge {

inline constexpr const char* kAbsent =
    "(absent)";  // the "value" of a task whose runs succeed without the fact

struct FactSide {
    std::map<std::string, std::vector<const TaskEvidence*>> tasks;  // value → tasks whose latest it is
    std::set<std::string> usual;      // values that a task shows, or showed by turns with the one it shows
    std::set<std::string> unsettled;  // values that a task shows by turns with another
    std::set<std::string> lately;  // values that a task showed until, within its last windows, another came
    std::size_t total = 0;         // tasks
    bool restless = false;         // a task showed more values than are kept
    std::size_t too_shallow = 0;   // tasks beside those, whose runs never went deep enough to see it
    double share(const std::string& value) const;
    // What the share would be if its tasks lay in zones as the other's do: a value may follow the zone.
    double share_in_zones_of(const FactSide& other, const std::string& value) const;
    std::size_t count(const std::string& value) const;
    bool seen() const { return total > count(kAbsent); }  // some task has the fact
    std::string main_value() const;                       // that most tasks have
    std::string in_words() const;  // "noeviction", or "a (3 of 4 tasks), b (1 of 4 tasks)"
};

struct FactView {
    std::string name;
    FactClass cls = FactClass::informational;
    FactSide baseline;
    FactSide candidate;
};

// Whether tasks of one revision show several values.
bool disagrees(const FactSide& side);

// The same side, one for each revision of its tasks (label `revision`): in a rollout the new tasks are few,
// and a cohort of their own. Empty while there is one revision.
std::map<std::string, FactSide> by_revision(const FactSide& side);

// Tasks that are draining, or younger than two windows, are left out while others are left.
std::vector<FactView> facts_of(const DependencyView& dependency, const Policy& policy);

}  // namespace plumb::judge
