// Makes the windows of small fleets for the judge's tests: every task alike unless a test changes one.
#pragma once

#include "controller/judge/judge.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace plumb::judge::test {

Time noon();  // the `now` of all tests

struct Spec {  // one dependency, as every task sees it in every window
    std::string name = "database";
    std::string kind = "postgres";
    std::uint64_t runs = 30;
    std::vector<std::pair<std::string, double>> phases{
        {"resolve", 1.0}, {"connect", 2.0}, {"query", 5.0}};  // ms
    std::vector<Fact> facts{{"postgres.server_version", FactClass::ordered, "15.4"},
                            {"postgres.timezone", FactClass::must_match, "UTC"}};
    std::vector<WindowGauge> gauges;
    double rtt_ms = 0.5;
};

class Fleet {
  public:
    explicit Fleet(std::string environment) : environment_(std::move(environment)) {}

    Fleet& tasks(int count);
    Fleet& windows(int count);
    Fleet& with(Spec spec);
    Fleet& seed(std::uint64_t value);  // of the noise: tasks differ by 6 %, runs by 20 %
    Fleet& ends(Time value);           // of the last window; noon() otherwise
    using Change = std::function<void(Window& window, int task, int number)>;
    Fleet& change(Change each);  // called for every window, `number` counting from 0 (oldest)

    std::vector<std::pair<Window, Time>> make() const;
    Cohort cohort(Time runs_from = Time::min()) const;

  private:
    std::string environment_;
    int tasks_ = 3;
    int windows_ = 4;
    std::uint64_t seed_ = 1;
    Time end_ = noon();
    std::vector<Spec> specs_;
    std::vector<Change> changes_;
};

// Makes `count` of the window's runs fail in the phase: the phases behind it are reached by the rest only,
// and when none is left what only a success shows (facts and gauges) is not there.
void fail(Window& window, const std::string& dependency, const std::string& phase, const std::string& cause,
          std::uint64_t count);
void fail_all(Window& window, const std::string& dependency, const std::string& phase,
              const std::string& cause);
WindowDependency& dependency(Window& window, const std::string& name);
void set_fact(Window& window, const std::string& dependency, const std::string& name,
              const std::string& value);
// All clean runs of the phase take so many times as long.
void slow_down(WindowPhase& phase, double factor);
WindowGauge gauge(const std::string& name, double value, double limit, bool refuses = true);

Fleet staging();  // 3 tasks, 4 windows of 30 s, one dependency `database`
Fleet production();

Report compare(const Fleet& baseline, const Fleet& candidate, const Policy& policy = {});
// "database connect tcp.timeout failures critical", one finding a line, in the order told.
std::string told(const Report& report);
// Reasons of the coverage that match, one a line; `blocking` ones only when asked.
std::string gaps(const Report& report, bool blocking = false);

}  // namespace plumb::judge::test
