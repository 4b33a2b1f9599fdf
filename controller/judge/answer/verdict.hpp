// From what was found and what is missing to the report.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/finding.hpp"
#include "controller/judge/policy/policy_rules.hpp"

namespace plumb::judge {

// hold outranks insufficient, which outranks promote.
Verdict verdict_of(const std::vector<Finding>& findings, const std::vector<Gap>& gaps);

inline constexpr std::size_t kMaxComparisons = 20'000;

// Keeps so many comparisons, those that were found before the others; the coverage tells how many were left
// out.
void bound_comparisons(Report& report, std::size_t limit = kMaxComparisons);

boost::json::object coverage_of(const View& view, const Judgement& judgement, PolicyEffect effect);

}  // namespace plumb::judge
