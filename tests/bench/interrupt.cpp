#include "tests/bench/interrupt.hpp"

#include <csignal>

namespace plumb::bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note(int) {
    interrupted = 1;
}

}  // namespace

void watch_for_interrupts() {
    struct sigaction action {};
    action.sa_handler = note;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

void leave_if_interrupted() {
    if (interrupted != 0) throw Interrupted();
}

}  // namespace plumb::bench
