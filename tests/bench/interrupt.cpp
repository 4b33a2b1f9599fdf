#include "tests/bench/interrupt.hpp"

#include <csignal>

namespace plumb::bench {
namespace {

volatile std::sig_atomic_t came = 0;

void note(int) {
    came = 1;
}

}  // namespace

void watch_for_interrupts() {
    struct sigaction action {};
    action.sa_handler = note;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

bool interrupted() {
    return came != 0;
}

void leave_if_interrupted() {
    if (interrupted()) throw Interrupted();
}

}  // namespace plumb::bench
