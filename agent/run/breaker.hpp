// One breaker: how often something is tried while it fails. Counts in the points of the schedule, never in
// time.
//
// Closed, every `every`th point is a trial. After `patience` failures in a row it opens: each further failure
// doubles the distance, up to `most` points. One success closes it. Pure; not thread-safe.
#pragma once

namespace plumb::agent {

class Breaker {
  public:
    // REQUIRES: 1 <= every.
    explicit Breaker(unsigned every = 1, unsigned most = 1);

    enum class Turn {
        rest,  // not its turn
        trial,
        held_back,  // it would be its turn if the breaker were closed
    };
    Turn next();  // once for each point
    void succeeded();
    void failed(unsigned patience);

    bool open() const { return distance_ > every_; }

  private:
    unsigned every_;
    unsigned most_;
    unsigned distance_;
    unsigned usual_ = 0;  // points until it would be its turn, were it closed
    unsigned wait_ = 0;   // points until it is
    unsigned failures_ = 0;
};

}  // namespace plumb::agent
