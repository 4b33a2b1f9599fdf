#include "tests/lab/net/sandbox.hpp"

#include "tests/lab/net/shell.hpp"
#include "tests/link/namespaces.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace plumb::lab {
namespace {

namespace json = boost::json;

Error refused(const char* what) {
    return Error{std::string(what) + ": " + std::strerror(errno)};
}

plumb::Result<void> enter_sandbox() {
    if (auto network = link::enter_own_network(); !network) return network;
    if (::unshare(CLONE_NEWNS) != 0) return refused("a mount namespace");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return refused("private mounts");
    // PostgreSQL keeps shared memory of both kinds, System V's and POSIX's.
    if (::unshare(CLONE_NEWIPC) != 0) return refused("an IPC namespace");
    if (::mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "size=256m,mode=1777") != 0)
        return refused("a /dev/shm of its own");
    if (::unshare(CLONE_NEWPID) != 0) return refused("a process namespace");
    return {};
}

// The first process of the namespace: its end is the end of all in it.
int first_process(const std::function<int()>& work) {
    const pid_t first = ::fork();
    if (first < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (first == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) ::_exit(3);
        int code = 3;
        try {
            code = work();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "plumb-lab-net: %s\n", error.what());
        }
        ::_exit(code);
    }
    int status = 0;
    while (::waitpid(first, &status, 0) != first) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

// In a child of ours; never returns there.
pid_t in_sandbox(const std::function<int()>& work, const std::string& words_to) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (child > 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        std::signal(number, SIG_DFL);
    const auto entered = enter_sandbox();
    if (!entered) {
        std::ofstream(words_to) << entered.error().message;
        ::_exit(2);
    }
    ::_exit(first_process(work));
}

// What servers write is gone with the sandbox, and no disk slows them down.
void put_data_into_memory(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0755) != 0 ||
        ::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=512m,mode=0755") != 0) {
        throw std::system_error(errno, std::system_category(), folder);
    }
    ::setenv("TMPDIR", folder.c_str(), 1);
}

void write_result(const std::string& folder, const Result& result) {
    const json::object made{{"passed", result.passed},
                            {"broken", result.broken},
                            {"windows", result.windows},
                            {"seconds", result.seconds},
                            {"words", result.words}};
    std::ofstream(folder + "/result.json") << json::serialize(made) << "\n";
}

// What scenarios ask of the kernel, each once.
int try_kernel(const std::string& words_to) {
    try {
        ip_batch({"link add name try0 type veth peer name try1", "link set try0 up"});
        must_run({test::program("tc"), "qdisc", "add", "dev", "try0", "root", "tbf", "rate", "1mbit", "burst",
                  "4kb", "latency", "400ms"});
        nft("add table ip try");
        if (::access("/dev/net/tun", R_OK | W_OK) != 0) throw std::runtime_error("/dev/net/tun");
        return 0;
    } catch (const std::exception& error) {
        std::ofstream(words_to) << error.what();
        return 2;
    }
}

}  // namespace

plumb::Result<void> check_machine() {
    if (::geteuid() != 0)
        return Error{"it needs root: PostgreSQL runs as another user in a network of its own"};
    try {
        test::postgres_bin();
        for (const char* name : {"ip", "nft", "tc", "nginx", "redis-server", "redis-cli", "redis-benchmark",
                                 "dnsmasq", "pgbouncer"})
            test::program(name);
    } catch (const std::exception& error) {
        return Error{std::string(error.what()) + "; './dev setup' installs what is missing"};
    }
    const test::TempDir folder;
    const auto words = folder.file("words");
    const pid_t child = in_sandbox([&] { return try_kernel(words); }, words);
    int status = 0;
    while (::waitpid(child, &status, 0) != child) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return Error{"not permitted here: " + test::read_whole(words)};
    return {};
}

pid_t start_scenario(const Scenario& scenario, const Programs& programs, const std::string& folder) {
    return in_sandbox(
        [&] {
            put_data_into_memory(folder + "/data");
            write_result(folder, run_scenario(scenario, programs, folder));
            return 0;
        },
        folder + "/not-permitted");
}

Result result_of(const std::string& folder, int status) {
    boost::system::error_code failed;
    const auto parsed = json::parse(test::read_whole(folder + "/result.json"), failed);
    Result result;
    if (failed || !parsed.is_object()) {
        result.broken = true;
        result.words = "it ended without a result (status " + std::to_string(status) + ") " +
                       test::read_whole(folder + "/not-permitted");
        return result;
    }
    const auto& made = parsed.as_object();
    result.passed = made.at("passed").as_bool();
    result.broken = made.at("broken").as_bool();
    result.windows = static_cast<int>(made.at("windows").as_int64());
    result.seconds = made.at("seconds").to_number<double>();
    result.words = std::string(made.at("words").as_string());
    return result;
}

}  // namespace plumb::lab
