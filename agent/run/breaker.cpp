#include "agent/run/breaker.hpp"

#include <algorithm>

namespace plumb::agent {

Breaker::Breaker(unsigned every, unsigned most) : every_(every), most_(most) {}

unsigned Breaker::usually() const {
    return std::max(every_, apart_);
}

Breaker::Turn Breaker::next() {
    const bool usual = usual_ == 0;
    usual_ = usual ? usually() - 1 : usual_ - 1;
    if (wait_ > 0) {
        --wait_;
        return usual ? Turn::held_back : Turn::rest;
    }
    usual_ = usually() - 1;
    wait_ = times_ * usually() - 1;
    return Turn::trial;
}

void Breaker::succeeded() {
    failures_ = 0;
    times_ = 1;
    wait_ = std::min(wait_, usual_);
}

void Breaker::failed(unsigned patience) {
    ++failures_;
    if (failures_ < patience) return;
    times_ = std::min(2 * times_, most_);
    wait_ = times_ * usually() - 1;
}

void Breaker::keep_apart(unsigned points, double random) {
    const unsigned before = usually();
    apart_ = points;
    if (usually() <= before) return;
    const auto later = static_cast<unsigned>(random * static_cast<double>(usually() - before));
    wait_ += later;
    usual_ += later;
}

}  // namespace plumb::agent
