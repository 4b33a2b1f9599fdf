#include "agent/program.hpp"

#include "agent/check/check.hpp"
#include "agent/cli.hpp"
#include "agent/explain.hpp"
#include "agent/health.hpp"
#include "agent/run/run.hpp"
#include "agent/streams.hpp"
#include "agent/validate.hpp"
#include "agent/version.hpp"
#include "probes/registry.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace plumb::agent {
namespace {

int show(std::string_view text) {
    return print(text) ? kOk : kFailed;
}

int refuse(std::string_view text) {
    tell(text);
    return kUsage;
}

struct Dispatch {
    int operator()(const CheckOptions& options) const { return check(options); }
    int operator()(const RunOptions& options) const { return run(options); }
    int operator()(const ValidateOptions& options) const { return validate(options); }
    int operator()(const HealthOptions& options) const { return ask_health(options); }
    int operator()(const ExplainOptions& options) const {
        const Terminal terminal(STDOUT_FILENO);
        if (options.cause.empty()) return show(list_causes(all_kinds(), terminal));
        const auto page = explain(options.cause, all_kinds(), terminal);
        return page ? show(*page) : refuse("plumb-agent explain: " + page.error().message);
    }
    int operator()(const VersionOptions&) const {
        return show("plumb-agent " + std::string(version()) + '\n');
    }
    int operator()(const Say& say) const { return say.code == kOk ? show(say.text) : refuse(say.text); }
};

// The memory of this process holds the app's secrets: no crash writes it to a disk, whatever the host's core
// pattern is, and no other process of the same user reads it (prctl(2), PR_SET_DUMPABLE; core(5)).
void keep_memory_private() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__  // whose leak check attaches to its own process
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

// A socket that took the number of a closed standard stream would hear what is meant for people. In the place
// of each stands what answers as it did: nothing to read, and no place to write to. Before all other
// constructors: a library's own opens a descriptor (101 is the first priority that is not the compiler's).
[[gnu::constructor(101)]] void fill_closed_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number is this one.
        [[maybe_unused]] const int taken = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace

int run_program(int argc, const char* const* argv) {
    // A reader that went away shows as a write that failed.
    std::signal(SIGPIPE, SIG_IGN);
    keep_memory_private();
    try {
        return std::visit(Dispatch{}, parse_command_line(argc, argv, all_kinds()));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "plumb-agent: internal error: %s\n", without_urls(error.what()).c_str());
        return kUsage;
    }
}

}  // namespace plumb::agent
