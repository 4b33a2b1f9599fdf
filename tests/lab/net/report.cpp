#include "tests/lab/net/report.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

const char* word_of(const Result& result) {
    if (result.broken) return "BROKEN";
    return result.passed ? "pass" : "FAIL";
}

std::string expected_of(const Scenario& scenario) {
    const auto& expect = scenario.expect;
    if (!expect.finding) return expect.verdict;
    const auto& texts = expect.finding->texts;
    const auto text = [&](const char* key) { return texts.contains(key) ? texts.at(key) : "?"; };
    const auto& several = expect.finding->dependencies;
    return fmt::format("{}: {} {} {}", expect.verdict,
                       several.empty() ? text("dependency") : fmt::format("{}", fmt::join(several, ",")),
                       text("layer"), text("cause"));
}

}  // namespace

void print_line(const Finished& finished) {
    const auto& result = finished.result;
    fmt::print("{:<6} {:<36} {:5.1f} s  {}\n", word_of(result), finished.scenario->name, result.seconds,
               result.words);
    std::fflush(stdout);
}

void print_table(const std::vector<Finished>& all, double seconds) {
    fmt::print("\n| scenario | expected | windows | seconds | |\n|---|---|---|---|---|\n");
    int passed = 0;
    int broken = 0;
    for (const auto& one : all) {
        passed += one.result.passed ? 1 : 0;
        broken += one.result.broken ? 1 : 0;
        fmt::print("| {} | {} | {} | {:.1f} | {} |\n", one.scenario->name, expected_of(*one.scenario),
                   one.result.windows, one.result.seconds, word_of(one.result));
    }
    fmt::print("\n{} of {} scenarios passed in {:.0f} s", passed, all.size(), seconds);
    if (broken > 0) fmt::print("; of {} the laboratory itself broke", broken);
    fmt::print("\n");
    std::fflush(stdout);
}

}  // namespace plumb::lab
