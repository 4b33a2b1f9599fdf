// A comparison: two selections of the store become cohorts, and the judge decides. A store that cannot read
// makes the verdict insufficient, never an empty and therefore promising answer.
#pragma once

#include "controller/judge/judge.hpp"
#include "controller/store/store.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace plumb::api {

struct Question {
    Selector baseline;
    Selector candidate;
    std::chrono::milliseconds since{};            // how long both ranges are
    std::chrono::milliseconds baseline_before{};  // how long before now the baseline's ends; 0: now
    judge::Policy policy;
    double alarm_share = 1;  // as judge::Look
    bool explain = false;
};

// Of a budget of false alarms, what the look of this number (1, 2, …) may spend: however often somebody
// looks, all shares together are no more than the whole, and the first looks get the most of it. 0: the only
// look.
double share_of_look(unsigned look);
// Under a floor, where a request must not ask for less to be found by naming a late look, the first twenty
// have the same, and what they leave of the budget all others share alike: none may spend less than a
// 20,580th.
double share_of_look_under_floor(unsigned look);
inline constexpr unsigned kMostLooks = 1000;

// Thrown out of the reading of a store, which may be long, once nobody waits for the answer any more.
struct Abandoned {};

// Never throws StoreError: what a store refused goes into the cohorts' errors, and into `store_errors`.
// `abandoned` is asked now and then.
judge::Report compare(store::WindowSource& store, const Question& question, store::Time now,
                      std::vector<std::string>& store_errors, const std::function<bool()>& abandoned);

// When the newest window of both selections ended; none when there is none.
std::optional<store::Time> latest_window(store::WindowSource& store, const Selector& baseline,
                                         const Selector& candidate);

}  // namespace plumb::api
