// A command on one side of a link of known delay and loss, and another command on the far side:
//
//   plumb-lab-link --delay 20ms --loss 1 --far 'nginx -c …' --capture link.pcap  plumb-agent check --target …
//
// The far side has the address 10.99.0.2, the near one 10.99.0.1. Exits as the near command does; 77 when the
// machine permits no namespaces.
#include "base/duration.hpp"
#include "tests/link/capture.hpp"
#include "tests/link/link.hpp"
#include "tests/support/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

namespace {

using namespace plumb;

constexpr int kUsage = 2;
constexpr int kNotPermitted = 77;

struct Options {
    std::string delay = "5ms";
    double loss_percent = 0;
    std::string far;
    std::string capture;
    std::vector<std::string> command;
};

// The command that runs, for the handler: it is asked to end, and we end after it.
volatile std::sig_atomic_t near_pid = 0;
void pass_on(int signal) {
    if (near_pid > 0) ::kill(near_pid, signal);
}

// With our own input and output; its exit code, or 128 + signal.
int run_to_end(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (pid == 0) {
        ::execvp(arguments[0], arguments.data());
        std::perror(arguments[0]);
        ::_exit(127);
    }
    near_pid = pid;
    int status = 0;
    while (::waitpid(pid, &status, 0) != pid) {
    }
    near_pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run(const Options& options, std::chrono::nanoseconds delay) {
    if (const auto entered = link::enter_own_network(); !entered) {
        std::fprintf(stderr, "plumb-lab-link: not permitted here: %s\n", entered.error().message.c_str());
        return kNotPermitted;
    }
    link::LinkSpec spec;
    spec.delay = delay;
    spec.loss = options.loss_percent / 100;
    const link::Link link(spec);
    link::Capture capture(link::Link::kNearInterface);
    std::optional<test::ChildProcess> far;
    if (!options.far.empty()) {
        const link::Inside far_side(link.far_side());
        test::ChildSpec server;
        server.command = {"/bin/sh", "-c", options.far};
        far.emplace(server);
    }
    const int code = run_to_end(options.command);
    if (!options.capture.empty() && !link::write_pcap(options.capture, capture.take())) {
        std::fprintf(stderr, "plumb-lab-link: %s cannot be written\n", options.capture.c_str());
        return 1;
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Runs COMMAND at one end of a link of known delay; the other end is 10.99.0.2.");
    app.add_option("--delay", options.delay, "each way: 5ms (default), 300us")->type_name("TIME");
    app.add_option("--loss", options.loss_percent, "of 100, each way")->check(CLI::Range(0.0, 100.0));
    app.add_option("--far", options.far, "shell command that runs at the other end")->type_name("COMMAND");
    app.add_option("--capture", options.capture, "write what passed the near end, in pcap")
        ->type_name("FILE");
    app.add_option("command", options.command)->required()->type_name("COMMAND");
    app.positionals_at_end();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    const auto delay = parse_duration(options.delay);
    if (!delay) {
        std::fprintf(stderr, "plumb-lab-link: --delay: %s\n", delay.error().message.c_str());
        return kUsage;
    }
    std::signal(SIGINT, pass_on);
    std::signal(SIGTERM, pass_on);
    try {
        return run(options, *delay);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "plumb-lab-link: %s\n", error.what());
        return 1;
    }
}
