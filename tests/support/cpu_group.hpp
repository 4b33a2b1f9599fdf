// A cgroup with a limit on CPU time, below the caller's own; of either version. Needs root, and a hierarchy
// that may be written.
#pragma once

#include <filesystem>
#include <sys/types.h>

namespace plumb::test {

class CpuGroup {
  public:
    explicit CpuGroup(double percent);  // of one processor
    ~CpuGroup();                        // REQUIRES: those in it have ended, or are the caller
    CpuGroup(const CpuGroup&) = delete;
    CpuGroup& operator=(const CpuGroup&) = delete;

    bool ready() const { return ready_; }  // false: none can be made here
    bool take(pid_t process) const;
    std::filesystem::path processes() const;  // the file: who is written into it joins, with its children

  private:
    std::filesystem::path parent_;
    std::filesystem::path group_;
    bool ready_ = false;
};

}  // namespace plumb::test
