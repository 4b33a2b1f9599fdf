// A cgroup with a limit on CPU time, below the caller's own; of either version. Needs root, and a hierarchy
// that may be written.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace plumb::test {

class CpuGroup {
  public:
    // Percent of one processor. With a name it can be found by who outlives this process; without, it has one
    // that nobody else has.
    explicit CpuGroup(double percent, const std::string& name = {});
    ~CpuGroup();  // REQUIRES: those in it have ended, or are the caller
    CpuGroup(const CpuGroup&) = delete;
    CpuGroup& operator=(const CpuGroup&) = delete;

    bool ready() const { return ready_; }  // false: none can be made here
    bool take(pid_t process) const;
    std::filesystem::path processes() const;  // the file: who is written into it joins, with its children

    // Groups below the caller's own whose names begin so: their makers were killed. Waits for the last of
    // those in them to be gone.
    static void remove_left_behind(const std::string& prefix);

  private:
    std::filesystem::path parent_;
    std::filesystem::path group_;
    bool ready_ = false;
};

}  // namespace plumb::test
