// A task as a container's runtime makes one: cgroups, process ids and mounts of its own, a root that cannot
// be written, and an init (pid_namespaces(7)) that runs an app and, beside it, an agent.
//
//   plumb-lab-task [--join FILE]... [--bind FILE PATH]... -- APP... -- AGENT...
//
// SIGTERM ends the agent, whose end, with its exit code, is the task's; SIGUSR1 is passed on to the app. An
// app that ends by itself ends the task with 3. Who kills this process ends all in it. REQUIRES: root.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

constexpr int kBroken = 3;

struct Spec {
    std::vector<std::string> join;
    std::vector<std::pair<std::string, std::string>> binds;
    std::vector<std::string> app;
    std::vector<std::string> agent;
};

[[noreturn]] void give_up(const std::string& what) {
    const char* words = std::strerror(errno);
    std::fprintf(stderr, "plumb-lab-task: %s: %s\n", what.c_str(), words);
    std::exit(kBroken);
}

bool parse(const std::vector<std::string>& words, Spec& spec) {
    std::size_t at = 0;
    for (; at < words.size() && words[at] != "--"; ++at) {
        if (words[at] == "--join" && at + 1 < words.size()) {
            spec.join.push_back(words[++at]);
        } else if (words[at] == "--bind" && at + 2 < words.size()) {
            spec.binds.emplace_back(words[at + 1], words[at + 2]);
            at += 2;
        } else {
            return false;
        }
    }
    for (++at; at < words.size() && words[at] != "--"; ++at)
        spec.app.push_back(words[at]);
    for (++at; at < words.size(); ++at)
        spec.agent.push_back(words[at]);
    return !spec.app.empty() && !spec.agent.empty();
}

void join(const std::string& file) {
    const int group = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (group < 0 || ::write(group, "0", 1) != 1) give_up(file);
    ::close(group);
}

void make_place(const Spec& spec) {
    for (const auto& file : spec.join)
        join(file);
    if (::unshare(CLONE_NEWNS | CLONE_NEWPID) != 0) give_up("namespaces");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("private mounts");
    for (const auto& [file, path] : spec.binds) {
        if (::mount(file.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) give_up(path);
    }
    // The machine's disks are no evidence about the task.
    mount_attr read_only{};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    if (::mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) != 0)
        give_up("a read-only root");
}

sigset_t heeded() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGTERM, SIGUSR1, SIGCHLD})
        ::sigaddset(&set, number);
    return set;
}

pid_t start(const std::vector<std::string>& command) {
    const pid_t child = ::fork();
    if (child < 0) give_up("fork");
    if (child > 0) return child;
    const auto set = heeded();
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
    auto words = command;
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    give_up(command[0]);
}

int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Until `main` has ended; its exit code. REQUIRES: the signals of heeded() are blocked.
int attend(pid_t main, pid_t gets_usr1) {
    const auto set = heeded();
    while (true) {
        const int number = ::sigwaitinfo(&set, nullptr);
        if (number == SIGTERM) ::kill(main, SIGTERM);
        if (number == SIGUSR1) ::kill(gets_usr1, SIGUSR1);
        int status = 0;
        for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            if (ended == main) return code_of(status);
            if (ended != gets_usr1) continue;
            std::fprintf(stderr, "plumb-lab-task: the app ended with %d\n", code_of(status));
            return kBroken;
        }
    }
}

// The first process of the task: its end is the end of all in it.
int init(const Spec& spec) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "init");
    if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) give_up("/proc");
    const pid_t app = start(spec.app);
    return attend(start(spec.agent), app);
}

}  // namespace

int main(int argc, char** argv) {
    Spec spec;
    if (!parse({argv + 1, argv + argc}, spec)) {
        std::fputs("usage: plumb-lab-task [--join FILE]... [--bind FILE PATH]... -- APP... -- AGENT...\n",
                   stderr);
        return 2;
    }
    make_place(spec);
    const auto set = heeded();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    const pid_t first = ::fork();
    if (first < 0) give_up("fork");
    if (first == 0) return init(spec);
    return attend(first, first);
}
