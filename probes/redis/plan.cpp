#include "probes/redis/plan.hpp"

namespace plumb::redis {

Questions Questions::all() {
    Questions questions;
    questions.set_.fill(true);
    return questions;
}

Questions Permissions::next_inspection() {
    Questions questions = Questions::all();
    for (std::size_t i = 0; i < kQuestions; ++i) {
        if (left_out_[i] == 0) continue;
        --left_out_[i];
        questions.remove(static_cast<Question>(i));
    }
    return questions;
}

}  // namespace plumb::redis
