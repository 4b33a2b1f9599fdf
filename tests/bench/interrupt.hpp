// Ctrl-C ends a bench by an exception, so that everything it started and wrote is taken down on the way out.
#pragma once

#include <stdexcept>

namespace plumb::bench {

class Interrupted : public std::runtime_error {
  public:
    Interrupted() : std::runtime_error("interrupted") {}
};

void watch_for_interrupts();  // SIGINT, SIGTERM and SIGHUP
bool interrupted();           // whatever else failed then failed because of it
void leave_if_interrupted();  // throws Interrupted; called between any two steps that take long

}  // namespace plumb::bench
