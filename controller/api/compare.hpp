// A comparison: two selections of the store become cohorts, and the judge decides. A store that cannot read
// makes the verdict insufficient, never an empty and therefore promising answer.
#pragma once

#include "controller/judge/judge.hpp"
#include "controller/store/store.hpp"

#include <chrono>
#include <functional>

namespace plumb::api {

struct Question {
    Selector baseline;
    Selector candidate;
    std::chrono::milliseconds since{};  // how far back from now
    judge::Policy policy;
};

// Thrown out of the reading of a store, which may be long, once nobody waits for the answer any more.
struct Abandoned {};

// Never throws StoreError; `store_errors` counts what went into the cohorts' errors. `abandoned` is asked now
// and then.
judge::Report compare(store::Store& store, const Question& question, store::Time now, unsigned& store_errors,
                      const std::function<bool()>& abandoned);

}  // namespace plumb::api
