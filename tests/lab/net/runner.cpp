#include "tests/lab/net/runner.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/wait.h>
#include <thread>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// One that hangs is a broken laboratory, not a reason to wait for ever.
constexpr auto kLongestScenario = std::chrono::minutes(4);

}  // namespace

std::vector<Finished> Runner::run(const std::vector<const Scenario*>& wanted,
                                  const volatile std::sig_atomic_t& stopped) {
    std::vector<Finished> all;
    std::size_t next = 0;
    while (stopped == 0 && (next < wanted.size() || !running_.empty())) {
        while (next < wanted.size() && running_.size() < spec_.jobs)
            start(*wanted[next++]);
        if (auto finished = collect()) {
            print_line(*finished);
            all.push_back(std::move(*finished));
        } else {
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

void Runner::start(const Scenario& scenario) {
    const auto folder = work_.file(std::to_string(++count_));
    fs::create_directory(folder);
    running_[start_scenario(scenario, spec_.programs, folder)] = {&scenario, folder, Clock::now()};
}

std::optional<Finished> Runner::collect() {
    for (const auto& [pid, one] : running_) {
        if (Clock::now() - one.started > kLongestScenario) ::kill(pid, SIGKILL);
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) != pid) continue;
        Finished finished{one.scenario, result_of(one.folder, status)};
        if (!finished.result.passed || spec_.keep) keep(one);
        fs::remove_all(one.folder);
        running_.erase(pid);
        return finished;
    }
    return std::nullopt;
}

// Logs, configurations and answers; not what servers stored.
void Runner::keep(const Running& one) {
    const auto folder = fs::path(spec_.logs) / one.scenario->name;
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& entry : fs::directory_iterator(one.folder)) {
        if (entry.is_regular_file() && entry.path().filename().string().find(".db") == std::string::npos)
            fs::copy_file(entry.path(), folder / entry.path().filename());
    }
    kept_logs_ = true;
}

void Runner::end_all() {
    for (const auto& [pid, one] : running_)
        ::kill(pid, SIGKILL);
    for (const auto& [pid, one] : running_) {
        int status = 0;
        ::waitpid(pid, &status, 0);
    }
    running_.clear();
}

}  // namespace plumb::lab
