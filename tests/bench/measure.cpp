#include "tests/bench/measure.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace plumb::bench {
namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) throw std::runtime_error("a process that is measured is gone");
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds cpu_of(pid_t process) {
    clockid_t clock{};
    if (::clock_getcpuclockid(process, &clock) != 0)
        throw std::runtime_error("a process that is measured is gone");
    return read_clock(clock);
}

std::chrono::nanoseconds own_cpu() {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

Resident resident_of(pid_t process) {
    constexpr double kKiB = 1024;
    Resident resident;
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) resident.now = std::stod(line.substr(6)) * kKiB;
        if (line.starts_with("VmHWM:")) resident.highest = std::stod(line.substr(6)) * kKiB;
    }
    return resident;
}

Resident own_resident() {
    return resident_of(::getpid());
}

Undisturbed::Undisturbed() {
    sched_param priority{};
    priority.sched_priority = 1;
    held_ = ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &priority) == 0;
}

Undisturbed::~Undisturbed() {
    const sched_param ordinary{};
    if (held_) ::sched_setscheduler(0, SCHED_OTHER, &ordinary);
}

double quantile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    return values.at(std::max<std::size_t>(rank, 1) - 1);
}

double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

double micros(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

double millis(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace plumb::bench
