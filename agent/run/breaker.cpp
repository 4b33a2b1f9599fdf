#include "agent/run/breaker.hpp"

#include <algorithm>

namespace plumb::agent {

Breaker::Breaker(unsigned every, unsigned most)
    : every_(every), most_(std::max(every, most)), distance_(every) {}

Breaker::Turn Breaker::next() {
    const bool usual = usual_ == 0;
    usual_ = usual ? every_ - 1 : usual_ - 1;
    if (wait_ > 0) {
        --wait_;
        return usual ? Turn::held_back : Turn::rest;
    }
    wait_ = distance_ - 1;
    return Turn::trial;
}

void Breaker::succeeded() {
    failures_ = 0;
    distance_ = every_;
    wait_ = std::min(wait_, usual_);
}

void Breaker::failed(unsigned patience) {
    ++failures_;
    if (failures_ < patience) return;
    distance_ = std::min(2 * distance_, most_);
    wait_ = distance_ - 1;
}

}  // namespace plumb::agent
