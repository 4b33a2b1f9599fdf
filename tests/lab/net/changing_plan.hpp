// A plan and what a scenario does to it for a while. Changes come and are taken back in any order; what is
// left is always the plain plan with those that still stand, in the order in which they came. Tasks are
// apart: they come and go, and no end of a change brings one back.
#pragma once

#include "tests/lab/net/plan.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace plumb::lab {

class ChangingPlan {
  public:
    using Change = std::function<void(EnvironmentPlan&)>;

    explicit ChangingPlan(EnvironmentPlan plain) : plain_(std::move(plain)), now_(plain_) {}
    const EnvironmentPlan& now() const { return now_; }

    int add(Change change);  // its number, never 0
    void take_back(int change);

    void add_task(const TaskPlan& task) { now_.tasks.push_back(task); }
    void remove_task(const std::string& name);

  private:
    EnvironmentPlan plain_;
    EnvironmentPlan now_;
    std::map<int, Change> changes_;
    int last_ = 0;
};

}  // namespace plumb::lab
