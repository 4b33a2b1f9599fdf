#include "model/window.hpp"

#include "tests/unit/model/windows.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace plumb {
namespace {

std::string complaint_after(const std::function<void(Window&)>& change) {
    Window window = full_window();
    change(window);
    const auto checked = check_bounds(window);
    return checked ? "" : checked.error().message;
}

std::string complaint_after(const std::function<void(WindowDependency&)>& change) {
    return complaint_after([&change](Window& window) { change(window.dependencies.front()); });
}

using Dependency = WindowDependency;

TEST(CheckBounds, accepts_a_full_window_and_an_empty_one) {
    EXPECT_EQ(complaint_after([](Window&) {}), "");
    EXPECT_EQ(complaint_after([](Window& window) { window.dependencies.clear(); }), "");
}

TEST(CheckBounds, names_the_field_of_the_window) {
    using namespace std::chrono_literals;
    EXPECT_EQ(complaint_after([](Window& w) { w.agent.clear(); }), "agent: is empty");
    EXPECT_EQ(complaint_after([](Window& w) { w.agent.assign(129, 'a'); }),
              "agent: is longer than 128 bytes");
    EXPECT_EQ(complaint_after([](Window& w) { w.length = 0ms; }), "seconds: is not above 0");
    EXPECT_EQ(complaint_after([](Window& w) { w.length = 25h; }), "seconds: is longer than a day");
    EXPECT_EQ(complaint_after([](Window& w) { w.task_age = -1s; }), "task_age_s: is negative");
    EXPECT_EQ(complaint_after([](Window& w) { w.labels["zone"].assign(257, 'z'); }),
              "labels.zone: is longer than 256 bytes");
    EXPECT_EQ(complaint_after([](Window& w) { w.labels[""] = "x"; }), "labels: a label has no name");
    EXPECT_EQ(complaint_after([](Window& w) {
                  for (int i = 0; i < 30; ++i)
                      w.labels["l" + std::to_string(i)] = "x";
              }),
              "labels: has more than 32 entries");
    EXPECT_EQ(complaint_after([](Window& w) { w.dependencies.push_back(w.dependencies.front()); }),
              "dependencies[1].dependency: stands twice");
    EXPECT_EQ(complaint_after([](Window& w) { w.dependencies.resize(257); }),
              "dependencies: has more than 256 entries");
}

TEST(CheckBounds, names_the_field_of_a_dependency) {
    EXPECT_EQ(complaint_after([](Dependency& d) { d.dependency.clear(); }),
              "dependencies[0].dependency: is empty");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.phases[1].name.assign(200, 'x'); }),
              "dependencies[0].phases[1].name: is longer than 128 bytes");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.phases[1].name = "connect"; }),
              "dependencies[0].phases[1].name: stands twice");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.facts[0].value.assign(257, 'x'); }),
              "dependencies[0].facts[0].value: is longer than 256 bytes");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.gauges[1].name = d.gauges[0].name; }),
              "dependencies[0].gauges[1].name: stands twice");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.addresses.push_back(d.addresses[0]); }),
              "dependencies[0].addresses[1].address: stands twice");
}

TEST(CheckBounds, refuses_more_entries_than_the_bounds) {
    EXPECT_EQ(complaint_after([](Dependency& d) { d.phases.resize(kMaxPhases + 1); }),
              "dependencies[0].phases: has more than 40 entries");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.failures.resize(kMaxFailures + 1); }),
              "dependencies[0].failures: has more than 64 entries");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.addresses.resize(kMaxAddresses + 1); }),
              "dependencies[0].addresses: has more than 32 entries");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.facts.resize(kMaxWindowFacts + 1); }),
              "dependencies[0].facts: has more than 512 entries");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.gauges.resize(kMaxGauges + 1); }),
              "dependencies[0].gauges: has more than 64 entries");
}

TEST(CheckBounds, refuses_numbers_that_cannot_be_compared) {
    const double infinite = std::numeric_limits<double>::infinity();
    EXPECT_EQ(complaint_after([](Dependency& d) { d.gauges[0].min = std::nan(""); }),
              "dependencies[0].gauges[0].min: is not a finite number");
    EXPECT_EQ(complaint_after([=](Dependency& d) { d.gauges[0].max = infinite; }),
              "dependencies[0].gauges[0].max: is not a finite number");
    EXPECT_EQ(complaint_after([=](Dependency& d) { d.gauges[0].last = -infinite; }),
              "dependencies[0].gauges[0].last: is not a finite number");
    EXPECT_EQ(complaint_after([=](Dependency& d) { d.gauges[0].limit = infinite; }),
              "dependencies[0].gauges[0].limit: is not a finite number");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.gauges[0].min = 99; }),
              "dependencies[0].gauges[0].min: is above max");
}

TEST(CheckBounds, refuses_a_window_that_contradicts_itself) {
    EXPECT_EQ(complaint_after([](Dependency& d) { d.succeeded = 31; }),
              "dependencies[0].succeeded: is more than the runs");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.suspect = 31; }),
              "dependencies[0].suspect: is more than the runs");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.phases[0].reached = 31; }),
              "dependencies[0].phases[0].reached: is more than the runs");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.phases[0].reached = 27; }),
              "dependencies[0].phases[0].clean: counts more runs than reached the phase");
    EXPECT_EQ(complaint_after([](Dependency& d) {
                  d.failures.push_back({"query", "peer.timeout", 30});
              }),
              "dependencies[0].failures[1].count: makes more failures than runs");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.addresses[0].failed = 31; }),
              "dependencies[0].addresses[0].failed: is more than tried");
    EXPECT_EQ(complaint_after([](Dependency& d) { d.facts[0].runs = 31; }),
              "dependencies[0].facts[0].runs: is more than the runs");
}

TEST(SanitizeTexts, escapes_every_text_and_leaves_the_rest) {
    Window window = full_window();
    Dependency& d = window.dependencies[0];
    const std::string evil = "a\x1b[2J\u202E";
    const std::string tame = "a\\x1B[2J\\u{202E}";
    for (std::string* text : {&window.agent, &window.labels["zone"], &d.dependency, &d.kind,
                              &d.phases[0].name, &d.addresses[0].address, &d.failures[0].phase,
                              &d.failures[0].cause, &d.facts[0].name, &d.facts[0].value, &d.gauges[0].name}) {
        *text = evil;
    }
    window.labels[evil] = "x";
    sanitize_texts(window);
    for (const std::string* text :
         {&window.agent, &window.labels["zone"], &d.dependency, &d.kind, &d.phases[0].name,
          &d.addresses[0].address, &d.failures[0].phase, &d.failures[0].cause, &d.facts[0].name,
          &d.facts[0].value, &d.gauges[0].name}) {
        EXPECT_EQ(*text, tame);
    }
    EXPECT_EQ(window.labels.count(tame), 1U);
    EXPECT_EQ(window.labels.count(evil), 0U);
    EXPECT_EQ(d.phases[1].name, "query");
}

}  // namespace
}  // namespace plumb
