#include "tests/lab/net/runner.hpp"

#include "tests/lab/net/log_folder.hpp"
#include "tests/lab/net/task_group.hpp"
#include "tests/support/cpu_group.hpp"
#include "tests/support/postgres_server.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// One that hangs is a broken laboratory, not a reason to wait for ever.
constexpr auto kLongestScenario = std::chrono::minutes(4);

Finished broken(const Scenario& scenario, std::string words) {
    Result result;
    result.broken = true;
    result.words = std::move(words);
    return {&scenario, std::move(result)};
}

void remove_groups(const std::string& folder) {
    test::CpuGroup::remove_left_behind(groups_of(folder));
    TaskGroup::remove_left_behind(groups_of(folder));
}

std::string folder_of_logs(const std::string& logs, const Scenario& scenario) {
    return (fs::path(logs) / scenario.name).string();
}

}  // namespace

plumb::Result<void> check_logs(const std::string& logs, const std::vector<const Scenario*>& wanted) {
    for (const auto* scenario : wanted) {
        if (auto ours = may_replace(folder_of_logs(logs, *scenario)); !ours) return ours;
    }
    return {};
}

// What a killed scenario leaves behind becomes our child, so that its end can be awaited.
Runner::Runner(RunnerSpec spec) : spec_(std::move(spec)) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    clear_left_behind();
    ::setenv("TMPDIR", work_.path().c_str(), 1);  // whatever else is made goes with it
    test::PostgresServer::prepare();
}

std::vector<Finished> Runner::run(const std::vector<const Scenario*>& wanted,
                                  const volatile std::sig_atomic_t& stopped) {
    std::vector<Finished> all;
    std::size_t next = 0;
    while (stopped == 0 && (next < wanted.size() || !running_.empty())) {
        const bool free = next < wanted.size() && running_.size() < spec_.jobs;
        if (auto finished = free ? start(*wanted[next++]) : collect()) {
            print_line(*finished);
            all.push_back(std::move(*finished));
        } else if (!free) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    end_all();
    const auto place = [&](const Finished& one) {
        return std::find(wanted.begin(), wanted.end(), one.scenario) - wanted.begin();
    };
    std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return all;
}

std::optional<Finished> Runner::start(const Scenario& scenario) {
    const auto folder = work_.file(std::to_string(++count_));
    try {
        fs::create_directory(folder);
        running_[start_scenario(scenario, spec_.programs, folder)] = {&scenario, folder, Clock::now()};
        return std::nullopt;
    } catch (const std::exception& error) {
        return broken(scenario, error.what());
    }
}

std::optional<Finished> Runner::collect() {
    for (auto& [pid, one] : running_) {
        if (Clock::now() - one.started > kLongestScenario) {
            one.too_long = true;
            ::kill(pid, SIGKILL);
        }
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) != pid) continue;
        auto finished = finish(one, status);
        running_.erase(pid);
        return finished;
    }
    return std::nullopt;
}

Finished Runner::finish(const Running& one, int status) {
    Finished finished{one.scenario, {}};
    try {
        finished.result = result_of(one.folder, status);
        if (one.too_long) {
            finished = broken(*one.scenario, fmt::format("it took longer than {} minutes and was ended",
                                                         kLongestScenario.count()));
        }
        finished.result.seconds = std::chrono::duration<double>(Clock::now() - one.started).count();
        if (!finished.result.passed || spec_.keep) keep(one);
    } catch (const std::exception& error) {
        finished = broken(*one.scenario, error.what());
    }
    remove_groups(one.folder);
    std::error_code ignored;
    fs::remove_all(one.folder, ignored);
    return finished;
}

void Runner::keep(const Running& one) {
    keep_logs(one.folder, folder_of_logs(spec_.logs, *one.scenario));
    kept_logs_ = true;
}

// Until the last process of the last scenario is gone.
void Runner::end_all() {
    for (const auto& [pid, one] : running_)
        ::kill(pid, SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
    for (const auto& [pid, one] : running_)
        remove_groups(one.folder);
    running_.clear();
}

}  // namespace plumb::lab
