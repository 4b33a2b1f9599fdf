// Clocks and amounts that benches read, and the two statistics they need.
#pragma once

#include <chrono>
#include <sys/types.h>
#include <vector>

namespace plumb::bench {

// Processor time that a process has spent, user and system, all its threads (clock_getcpuclockid(3)); it
// counts in nanoseconds where /proc/PID/stat counts in ticks. Throws when the process is gone.
std::chrono::nanoseconds cpu_of(pid_t process);
std::chrono::nanoseconds own_cpu();

// Resident memory now and at its highest, in bytes (VmRSS, VmHWM of proc(5)); 0 when the process is gone.
struct Resident {
    double now = 0;
    double highest = 0;
};
Resident resident_of(pid_t process);
Resident own_resident();

// The calling thread runs before all ordinary work of the machine while this lives, where that is permitted:
// what is measured is then our own lateness and not how busy the machine is. Processes that are started
// meanwhile do not.
class Undisturbed {
  public:
    Undisturbed();
    ~Undisturbed();
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;
    bool held() const { return held_; }

  private:
    bool held_;
};

// The value below which a share `q` of them lies (nearest rank). REQUIRES: not empty.
double quantile(std::vector<double> values, double q);
double median(std::vector<double> values);

constexpr double kMiB = 1024.0 * 1024.0;

double micros(std::chrono::nanoseconds time);
double millis(std::chrono::nanoseconds time);

}  // namespace plumb::bench
