// A process of the test's own that brings itself into a state (joins a group, opens files, mounts) and then
// stays until it is ended.
#pragma once

#include "probes/task/limits/limits.hpp"
#include "tests/support/temp_dir.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace plumb::task::limits {

class Helper {
  public:
    enum class Then { wait, burn };  // burn: it uses all the CPU time it gets

    // `prepare` runs in the child; what it says decides ready(). It may neither throw nor assert.
    explicit Helper(const std::function<bool()>& prepare, Then then = Then::wait);
    ~Helper();  // ends and reaps it
    Helper(const Helper&) = delete;
    Helper& operator=(const Helper&) = delete;

    bool ready() const { return ready_; }
    pid_t pid() const { return pid_; }
    std::string proc() const { return "/proc/" + std::to_string(pid_); }

  private:
    pid_t pid_ = -1;
    bool ready_ = false;
};

// A group of `controller` below the test's own, of either version. Needs root and a hierarchy that may be
// written.
class TestGroup {
  public:
    explicit TestGroup(std::string_view controller);
    ~TestGroup();  // REQUIRES: those in it have ended
    TestGroup(const TestGroup&) = delete;
    TestGroup& operator=(const TestGroup&) = delete;

    bool ready() const { return !folder_.empty(); }
    // The name of the file differs with the version.
    bool set(std::string_view v1, std::string_view v2, std::string_view value) const;
    std::string processes() const { return folder_ + "/cgroup.procs"; }

  private:
    std::string folder_;
    bool unified_ = false;
};

bool write_text(const std::string& path, std::string_view text);  // uses no heap: fit for a forked child

// /proc as the process sees itself: "self" is that process.
Places as_seen_by(const test::TempDir& dir, const Helper& helper);

Look look_with(Section& section, Depth depth = Depth::inspect);

}  // namespace plumb::task::limits
