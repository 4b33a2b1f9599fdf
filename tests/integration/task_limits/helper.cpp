#include "tests/integration/task_limits/helper.hpp"

#include "probes/task/limits/groups.hpp"
#include "probes/task/limits/numbers.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace plumb::task::limits {

namespace {

[[noreturn]] void be_the_helper(const std::function<bool()>& prepare, Helper::Then then, int answer) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char ready = prepare() ? 'y' : 'n';
    if (::write(answer, &ready, 1) != 1) ::_exit(1);
    volatile bool burning =
        then == Helper::Then::burn;  // read anew each turn: an endless loop that does something
    while (true) {
        if (!burning) ::pause();
    }
}

}  // namespace

Helper::Helper(const std::function<bool()>& prepare, Then then) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(pipe[0]);
        be_the_helper(prepare, then, pipe[1]);
    }
    ::close(pipe[1]);
    char answer = 'n';
    ready_ = pid_ > 0 && ::read(pipe[0], &answer, 1) == 1 && answer == 'y';
    ::close(pipe[0]);
}

Helper::~Helper() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

bool write_text(const std::string& path, std::string_view text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return written;
}

TestGroup::TestGroup(std::string_view controller) {
    const auto memberships = parse_memberships(read_small("/proc/self/cgroup"));
    // Of version 2 every folder has this file, whatever is switched on in it.
    const auto parent =
        find_group("/sys/fs/cgroup", memberships, {controller, "cgroup.procs", "cgroup.procs"});
    if (!parent) return;
    unified_ = parent->unified;
    if (unified_) write_text(parent->file(0, "cgroup.subtree_control"), "+" + std::string(controller));
    std::string path = parent->file(0, "plumb-test-XXXXXX");
    if (::mkdtemp(path.data()) != nullptr) folder_ = path;
}

TestGroup::~TestGroup() {
    if (!folder_.empty()) ::rmdir(folder_.c_str());
}

bool TestGroup::set(std::string_view v1, std::string_view v2, std::string_view value) const {
    return ready() && write_text(folder_ + "/" + std::string(unified_ ? v2 : v1), value);
}

Places as_seen_by(const test::TempDir& dir, const Helper& helper) {
    std::filesystem::create_directory_symlink(helper.proc(), dir.file("self"));
    return {.proc = dir.path().string(), .cgroup = "/sys/fs/cgroup", .root = {}};
}

Look look_with(Section& section, Depth depth) {
    Look look;
    section.look(look, depth);
    const auto strays = undeclared(limits_catalog(), look.evidence);
    EXPECT_TRUE(strays.empty()) << strays.front();
    return look;
}

}  // namespace plumb::task::limits
