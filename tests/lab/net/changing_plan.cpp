#include "tests/lab/net/changing_plan.hpp"

namespace plumb::lab {

int ChangingPlan::add(Change change) {
    change(now_);
    changes_[++last_] = std::move(change);
    return last_;
}

void ChangingPlan::take_back(int change) {
    changes_.erase(change);
    auto tasks = std::move(now_.tasks);
    now_ = plain_;
    for (const auto& [number, one] : changes_)
        one(now_);
    now_.tasks = std::move(tasks);
}

void ChangingPlan::remove_task(const std::string& name) {
    std::erase_if(now_.tasks, [&](const TaskPlan& one) { return one.name == name; });
}

}  // namespace plumb::lab
