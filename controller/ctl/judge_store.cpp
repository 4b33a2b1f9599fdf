#include "controller/ctl/judge_store.hpp"

#include "controller/api/compare.hpp"

#include <vector>

namespace plumb::ctl {
namespace {

Result<Selector> selector(const std::string& flag, const std::string& text, const std::string& service) {
    auto parsed = parse_selector(text);
    if (!parsed) return Error{flag, ": ", parsed.error().message};
    if (!service.empty() && parsed->pairs.emplace("service", service).first->second != service) {
        return Error{flag, ": selects another service than --service"};
    }
    return parsed;
}

}  // namespace

Result<judge::Report> judge_store(const JudgeStore& from) {
    auto baseline = selector("--baseline", from.baseline, from.service);
    if (!baseline) return baseline.error();
    auto candidate = selector("--candidate", from.candidate, from.service);
    if (!candidate) return candidate.error();
    if (from.baseline_before.count() > 0 && from.baseline_before < from.since)
        return Error{"--baseline-before: at least as long as --since, lest both sides read the same windows"};
    auto store = store::open_store_to_read(from.store);
    if (!store) return Error{"--store: ", store.error().message};
    api::Question question{std::move(*baseline), std::move(*candidate), from.since,
                           from.baseline_before, from.policy,           1,
                           from.explain};
    try {
        const auto latest = api::latest_window(**store, question.baseline, question.candidate);
        const auto now = from.until.value_or(latest.value_or(judge::Time{}));
        // What the store refuses stands in the report and makes it insufficient.
        std::vector<std::string> store_errors;
        return api::compare(**store, question, now, store_errors, [] { return false; });
    } catch (const store::StoreError& error) {
        return Error{"--store: ", error.what()};
    }
}

}  // namespace plumb::ctl
