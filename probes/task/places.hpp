// Where the evidence about the task is read from. Tests name trees of their own.
#pragma once

#include <string>

namespace plumb::task {

struct Places {
    std::string proc = "/proc";
    std::string cgroup = "/sys/fs/cgroup";
    std::string sys = "/sys";
    std::string root;  // the image: "" is our own "/"; "/proc/PID/root" is another container's
};

}  // namespace plumb::task
