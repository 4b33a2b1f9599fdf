// One breaker: how often something is tried while it fails. Counts in the points of the schedule, never in
// time.
//
// Closed, every `every`th point is a trial, or fewer when somebody asks for that. After `patience` failures
// in a row it opens: each further failure doubles the distance, up to `most` times the usual one. One success
// closes it. Pure; not thread-safe.
#pragma once

namespace plumb::agent {

class Breaker {
  public:
    // REQUIRES: 1 <= every, 1 <= most.
    explicit Breaker(unsigned every = 1, unsigned most = 1);

    enum class Turn {
        rest,  // not its turn
        trial,
        held_back,  // it would be its turn if the breaker were closed
    };
    Turn next();  // once for each point
    void succeeded();
    void failed(unsigned patience);

    // From now on trials are at least `points` apart, and never closer than every `every`th. A longer
    // distance counts at once, with `random` in [0, 1) of what it adds, so that many who are asked together
    // spread over it; a shorter one from the next trial on.
    void keep_apart(unsigned points, double random);

    bool open() const { return times_ > 1; }
    bool kept_apart() const { return usually() > every_; }

  private:
    unsigned usually() const;  // points between two trials while it is closed

    unsigned every_;
    unsigned most_;
    unsigned apart_ = 1;
    unsigned times_ = 1;  // the distance is that many times the usual one
    unsigned usual_ = 0;  // points until it would be its turn, were it closed
    unsigned wait_ = 0;   // points until it is
    unsigned failures_ = 0;
};

}  // namespace plumb::agent
