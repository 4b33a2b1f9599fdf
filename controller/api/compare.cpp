#include "controller/api/compare.hpp"

#include <cstdio>

namespace plumb::api {
namespace {

judge::Cohort cohort(store::Store& store, const Selector& selector, store::Time from, unsigned& store_errors,
                     const std::function<bool()>& abandoned) {
    judge::CohortBuilder builder(selector.text());
    try {
        store.read(selector, from, [&](const store::StoredWindow& stored) {
            if (abandoned()) throw Abandoned();
            builder.add(stored.window, stored.end);
        });
        for (const auto& row : store.agents(from)) {
            if (row.said_goodbye && selector.matches(row.labels)) builder.goodbye(row.agent);
        }
    } catch (const store::StoreError& error) {
        ++store_errors;
        std::fprintf(stderr, "plumb-controller: %s\n", error.what());
        builder.error(error.what());
    }
    return std::move(builder).build();
}

}  // namespace

judge::Report compare(store::Store& store, const Question& question, store::Time now, unsigned& store_errors,
                      const std::function<bool()>& abandoned) {
    const auto from = now - question.since;
    const auto baseline = cohort(store, question.baseline, from, store_errors, abandoned);
    const auto candidate = cohort(store, question.candidate, from, store_errors, abandoned);
    return judge::judge(baseline, candidate, question.policy, now);
}

}  // namespace plumb::api
