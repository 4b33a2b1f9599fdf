#include "controller/api/compare.hpp"

namespace plumb::api {
namespace {

judge::Cohort cohort(store::Store& store, const Selector& selector, store::Time from,
                     unsigned& store_errors) {
    judge::CohortBuilder builder(selector.text());
    try {
        store.read(selector, from,
                   [&](const store::StoredWindow& stored) { builder.add(stored.window, stored.end); });
        for (const auto& row : store.agents(from)) {
            if (row.said_goodbye && selector.matches(row.labels)) builder.goodbye(row.agent);
        }
    } catch (const store::StoreError& error) {
        ++store_errors;
        builder.error(error.what());
    }
    return std::move(builder).build();
}

}  // namespace

judge::Report compare(store::Store& store, const Question& question, store::Time now,
                      unsigned& store_errors) {
    const auto from = now - question.since;
    const auto baseline = cohort(store, question.baseline, from, store_errors);
    const auto candidate = cohort(store, question.candidate, from, store_errors);
    return judge::judge(baseline, candidate, question.policy, now);
}

}  // namespace plumb::api
