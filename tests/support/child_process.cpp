#include "tests/support/child_process.hpp"

#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace plumb::test {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what) {
    const char* words = strerror(errno);
    dprintf(STDERR_FILENO, "child: %s: %s\n", what, words);
    _exit(127);
}

void become(const std::string& user) {
    if (user.empty() || geteuid() != 0) return;
    const passwd* entry = getpwnam(user.c_str());
    if (entry == nullptr) give_up("no such user");
    if (initgroups(user.c_str(), entry->pw_gid) != 0 || setgid(entry->pw_gid) != 0 ||
        setuid(entry->pw_uid) != 0) {
        give_up("cannot become the unprivileged user");
    }
}

void redirect(const std::string& output_file) {
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    const int out = output_file.empty() ? dup(STDERR_FILENO)
                                        : open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (out < 0) give_up("output file");
    dup2(out, STDOUT_FILENO);
    if (!output_file.empty()) dup2(out, STDERR_FILENO);
}

[[noreturn]] void become_program(const ChildSpec& spec) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
    redirect(spec.output_file);
    become(spec.unprivileged_user);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // changing the user had cleared it
    if (!spec.directory.empty() && chdir(spec.directory.c_str()) != 0) give_up("directory");
    for (const auto& entry : spec.environment) {
        const auto equals = entry.find('=');
        setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
    }
    std::vector<char*> arguments;
    auto words = spec.command;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    give_up(arguments[0]);
}

}  // namespace

ChildProcess::ChildProcess(const ChildSpec& spec) : name_(spec.command.at(0)) {
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (pid_ == 0) become_program(spec);
    setpgid(pid_, pid_);
}

ChildProcess::~ChildProcess() {
    if (running()) stop();
}

std::optional<int> ChildProcess::reap(int flags) {
    if (exit_) return exit_;
    int status = 0;
    if (waitpid(pid_, &status, flags) != pid_) return std::nullopt;
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ::kill(-pid_, SIGKILL);  // what the program started and did not end itself
    return exit_;
}

bool ChildProcess::running() {
    return !reap(WNOHANG);
}

void ChildProcess::signal(int number) const {
    if (!exit_) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
    const auto until = Clock::now() + limit;
    while (running()) {
        if (Clock::now() >= until) return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return exit_;
}

int ChildProcess::stop() {
    signal(SIGTERM);
    if (const auto code = wait(std::chrono::seconds(10))) return *code;
    ::kill(-pid_, SIGKILL);
    return reap(0).value_or(-1);
}

void ChildProcess::wait_until_listening(std::uint16_t port, std::chrono::milliseconds limit) {
    const auto until = Clock::now() + limit;
    while (!can_connect(port)) {
        if (!running()) throw std::runtime_error(name_ + " ended with " + std::to_string(*exit_));
        if (Clock::now() >= until) throw std::runtime_error(name_ + " does not listen");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

Finished run_command(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                     std::chrono::milliseconds limit) {
    const TempDir dir;
    const auto out = dir.file("out");
    const auto err = dir.file("err");
    ChildSpec spec;
    spec.command = {"/bin/sh", "-c", R"(out=$1; err=$2; shift 2; exec "$@" >"$out" 2>"$err")",
                    "sh",      out,  err};
    spec.command.insert(spec.command.end(), command.begin(), command.end());
    spec.environment = environment;
    ChildProcess child(spec);
    const auto code = child.wait(limit);
    if (!code) throw std::runtime_error(command.at(0) + " did not end in time");
    Finished finished;
    finished.exit_code = *code;
    finished.output = read_whole(out);
    finished.errors = read_whole(err);
    return finished;
}

std::string postgres_bin() {
    for (const char* version : {"17", "16", "15", "14", "13"}) {
        const std::string bin = std::string("/usr/lib/postgresql/") + version + "/bin";
        if (std::filesystem::exists(bin + "/postgres")) return bin;
    }
    throw std::runtime_error("PostgreSQL is not installed");
}

std::string program(const std::string& name) {
    const char* path = getenv("PATH");
    std::istringstream places(std::string(path == nullptr ? "" : path) + ":/usr/local/sbin:/usr/sbin:/sbin");
    for (std::string place; std::getline(places, place, ':');) {
        const auto full = place + '/' + name;
        if (!place.empty() && access(full.c_str(), X_OK) == 0) return full;
    }
    throw std::runtime_error(name + " is not installed");
}

}  // namespace plumb::test
