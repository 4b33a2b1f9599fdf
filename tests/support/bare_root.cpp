#include "tests/support/bare_root.hpp"

#include "tests/support/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <linux/capability.h>
#include <pty.h>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::test {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kNobody = 65534;
constexpr int kNoPlace = 127;

// What `ldd` names: every absolute path of its lines.
std::vector<std::string> libraries_of(const std::string& program) {
    std::vector<std::string> out;
    const auto listed = run_command({"/usr/bin/ldd", program});
    std::istringstream words(listed.output);
    for (std::string word; words >> word;) {
        if (word.front() == '/') out.push_back(word);
    }
    return out;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    for (const auto& word : words)
        out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
}

// What the child needs, made before it is forked.
struct Start {
    std::string root;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::optional<rlim_t> descriptors;
};

bool limit_descriptors(const std::optional<rlim_t>& most) {
    if (!most) return true;
    const rlimit both{*most, *most};
    return ::setrlimit(RLIMIT_NOFILE, &both) == 0;
}

bool drop_everything() {
    for (int capability = 0; capability <= CAP_LAST_CAP; ++capability)
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    return ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
           ::setresuid(kNobody, kNobody, kNobody) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// In the new process namespace: its first process, which becomes the program.
[[noreturn]] void become(const Start& start) {
    const auto& root = start.root;
    const std::string proc = root + "/proc";
    const bool placed =
        ::mount("proc", proc.c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
        ::mount(nullptr, root.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0 &&
        ::chroot(root.c_str()) == 0 && ::chdir("/") == 0 && limit_descriptors(start.descriptors) &&
        drop_everything();
    if (placed) ::execve("/plumb", start.arguments.data(), start.environment.data());
    ::_exit(kNoPlace);
}

int exit_code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// In the child of the test: makes the namespaces, waits for the program and passes its end on.
[[noreturn]] void enter(const Start& start) {
    const auto& root = start.root;
    const bool apart = ::unshare(CLONE_NEWNS | CLONE_NEWPID) == 0 &&
                       ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount(root.c_str(), root.c_str(), nullptr, MS_BIND, nullptr) == 0;
    if (!apart) ::_exit(kNoPlace);
    const pid_t first = ::fork();
    if (first == 0) become(start);
    int status = 0;
    if (first < 0 || ::waitpid(first, &status, 0) != first) ::_exit(kNoPlace);
    ::_exit(exit_code_of(status));
}

// Until the other end closes; a terminal then gives EIO.
std::string read_all(int descriptor) {
    std::string out;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto size = ::read(descriptor, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return out;
        out.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

}  // namespace

BareRoot::BareRoot(const std::string& program) {
    fs::create_directory(root_.path() / "proc");
    fs::copy_file(program, root_.path() / "plumb");
    for (const auto& library : libraries_of(program)) {
        const auto to = root_.path() / fs::path(library).relative_path();
        fs::create_directories(to.parent_path());
        fs::copy_file(library, to, fs::copy_options::skip_existing);
    }
}

bool BareRoot::possible() {
    if (::geteuid() != 0) return false;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::unshare(CLONE_NEWNS | CLONE_NEWPID) == 0 ? 0 : 1);
    int status = 1;
    ::waitpid(child, &status, 0);
    return status == 0;
}

BareResult BareRoot::run(const BareRun& what) const {
    std::vector<std::string> words{"/plumb"};
    words.insert(words.end(), what.arguments.begin(), what.arguments.end());
    const Start start{root_.path().string(), pointers(words), pointers(what.environment), what.descriptors};
    winsize size{};
    size.ws_col = what.columns;
    std::array<int, 2> ends{-1, -1};  // read, write
    if (what.terminal) {
        if (::openpty(&ends[0], &ends[1], nullptr, nullptr, &size) != 0)
            throw std::runtime_error("no terminal");
    } else if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        if (what.terminal) ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        enter(start);
    }
    ::close(ends[1]);
    BareResult result;
    result.output = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    result.exit_code = exit_code_of(status);
    return result;
}

}  // namespace plumb::test
