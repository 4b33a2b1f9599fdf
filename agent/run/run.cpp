#include "agent/run/run.hpp"

#include "agent/check/driver.hpp"
#include "agent/health.hpp"
#include "agent/run/metrics/server.hpp"
#include "agent/run/pacing.hpp"
#include "agent/run/setup.hpp"
#include "agent/run/sidecar.hpp"
#include "agent/run/task_watch.hpp"
#include "agent/streams.hpp"
#include "agent/version.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "model/agent_version.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr auto kIdentityLimit = std::chrono::seconds(2);
constexpr std::chrono::nanoseconds kOnceDelivery = std::chrono::seconds(10);
// The window is on record already: the controller is a courtesy.
constexpr std::chrono::nanoseconds kOnceDeliveryBesideOutput = std::chrono::seconds(3);

// Everything of a run that outlives its phases. Destroyed from below: the set-up before the io_context.
struct Parts {
    Output output;
    Output embedded_metrics;
    MetricsBoard board;
    boost::asio::io_context io{1};
    boost::asio::signal_set signals{io, SIGINT, SIGTERM};
    Setup setup;
    std::unique_ptr<MetricsServer> metrics;
    Log log;
};

int refuse(std::string_view text) {
    tell(text);
    return kUsage;
}

bool on_ecs() {
    return process_environment()("ECS_CONTAINER_METADATA_URI_V4").has_value();
}

// Fills `parts`, or says why not.
std::optional<std::string> get_ready(const RunOptions& options, Parts& parts) {
    yaml::Complaints complaints;
    set_up(options.config, parts.io.get_executor(), parts.setup, complaints);
    if (!complaints.empty()) return complaints.joined();
    const bool somewhere =
        parts.setup.report || !options.output.empty() || options.emf || !options.metrics.empty();
    if (!somewhere) {
        return "plumb-agent run: the windows would go nowhere; name a controller in the configuration, or "
               "give --output F, --metrics ADDRESS or --emf";
    }
    if (options.emf && options.output == "-")
        return "plumb-agent run: --emf and --output - both write to standard output; give --output a file";
    if (options.once && !options.metrics.empty())
        return "plumb-agent run: with --once nobody could ask for --metrics; leave one of them out";
    // The metadata of ECS may name the service; elsewhere nothing can, and the controller refuses windows of
    // nobody.
    if (parts.setup.report && parts.setup.config.service.empty() && !on_ecs()) {
        return fmt::format(
            "{}: the controller needs to know the service, and outside ECS only this file can name it; "
            "add `service: checkout`",
            complaints.file);
    }
    auto output = Output::open(options.output);
    if (!output) return "plumb-agent run: " + output.error().message;
    parts.output = *std::move(output);
    if (options.emf) parts.embedded_metrics = *Output::open("-");
    if (options.metrics.empty()) return std::nullopt;
    auto metrics = MetricsServer::start(parts.io.get_executor(), options.metrics, parts.board);
    if (!metrics) return "plumb-agent run: " + metrics.error().message;
    parts.metrics = *std::move(metrics);
    parts.log.line("metrics at http://" + parts.metrics->address() + "/metrics");
    return std::nullopt;
}

// What the metadata gives, under what the configuration says.
Labels labels_of(const Config& config, const task::Identity& identity) {
    Labels labels = identity.labels;
    for (const auto& [name, value] : config.labels)
        labels[name] = sanitize(value, kMaxLabelBytes);
    if (!config.environment.empty()) labels["environment"] = sanitize(config.environment, kMaxLabelBytes);
    if (!config.service.empty()) labels["service"] = sanitize(config.service, kMaxLabelBytes);
    if (labels.size() < kMaxLabels) labels.try_emplace(std::string(kAgentVersionLabel), version());
    return labels;
}

// Runs `work` on the loop until it is done.
void wait_for(Parts& parts, boost::asio::awaitable<void> work) {
    boost::asio::co_spawn(parts.io, std::move(work), [&parts](const std::exception_ptr& error) {
        parts.io.stop();
        if (error) std::rethrow_exception(error);
    });
    parts.io.run();
    parts.io.restart();
}

Windows::Declared declared(const Setup& setup) {
    Windows::Declared out;
    for (const auto& target : setup.targets)
        out.emplace_back(target.target().dependency, std::string(target.kind().name));
    if (setup.config.task.look) out.emplace_back(task::kTask, task::kTask);
    return out;
}

// Names the instance to the controller, and opens the windows.
Windows open_windows(Parts& parts, Windows::Clock::time_point started, bool wait_for_name) {
    const auto id = new_instance_id();
    const auto labels = labels_of(parts.setup.config, parts.setup.task->identity());
    if (parts.setup.report) {
        parts.setup.report->agent = id;
        parts.setup.report->labels = labels;
        parts.setup.report->introduced_later = wait_for_name;
    }
    parts.log.line(
        fmt::format("version {}, instance {}: {} targets, windows of {}, {}", version(), id,
                    parts.setup.targets.size(), format_duration(parts.setup.config.window),
                    parts.setup.report ? "controller " + parts.setup.config.controller : "no controller"));
    const auto wall = std::chrono::system_clock::now() - (Windows::Clock::now() - started);
    return {id, labels, parts.setup.config.window, declared(parts.setup), started, wall};
}

// All but the pace.
Destinations destinations(Parts& parts) {
    Destinations to;
    to.output = std::move(parts.output);
    to.report = std::move(parts.setup.report);
    to.embedded_metrics = std::move(parts.embedded_metrics);
    to.board = &parts.board;
    return to;
}

int run_once(const RunOptions& options, Parts& parts) {
    CheckDriver::Plan plan;
    plan.look = parts.setup.config.task.look;
    const auto started = Windows::Clock::now();
    parts.signals.clear();
    CheckDriver driver(parts.io, *parts.setup.task, parts.setup.targets, std::move(plan));
    driver.run();
    parts.io.restart();
    auto windows = open_windows(parts, started, false);
    for (const auto& list : driver.outcomes()) {
        for (const auto& outcome : list)
            windows.add(outcome);
    }
    task::LookOutcomes task_outcomes;
    if (parts.setup.config.task.look) {
        for (const auto& outcome : task_outcomes.of(driver.look()))
            windows.add(outcome);
    }
    Destinations to = destinations(parts);
    to.pace = [](std::string_view, std::chrono::nanoseconds) {};
    Delivery delivery(parts.io.get_executor(), std::move(to), parts.log);
    const auto now = Windows::Clock::now();
    delivery.deliver(windows.finish(now, false), now);
    const auto deadline = now + (options.output.empty() ? kOnceDelivery : kOnceDeliveryBesideOutput);
    Delivery::Reached reached;
    auto finish = [&]() -> boost::asio::awaitable<void> { reached = co_await delivery.finish(deadline); };
    wait_for(parts, finish());
    const bool somewhere = options.output.empty() ? reached.controller : reached.output;
    const int code = somewhere ? kOk : kFailed;
    if (!driver.settled()) std::_Exit(code);
    return code;
}

// The dependencies whose log-ins the controller may pace.
std::vector<std::string> logged_in_to(const std::vector<Prepared>& targets) {
    std::vector<std::string> out;
    for (const auto& target : targets) {
        if (target.kind().logs_in) out.push_back(target.target().dependency);
    }
    return out;
}

// What the controller asks for, on its way to the target that it names.
class Paces {
  public:
    Paces(const std::vector<Prepared>& targets, std::vector<Pacing>& pacing, Log& log)
        : targets_(targets), pacing_(pacing), log_(log) {}

    void ask(std::string_view dependency, std::chrono::nanoseconds apart) {
        for (std::size_t i = 0; i < targets_.size(); ++i) {
            if (targets_[i].target().dependency != dependency) continue;
            const std::string before(pacing_[i].pace());
            pacing_[i].keep_apart(apart, std::uniform_real_distribution<double>(0, 1)(random_));
            const auto now = pacing_[i].pace();
            if (now == before) continue;
            log_.limited("pace", fmt::format("{}: {}", dependency,
                                             now.empty() ? "log-ins as configured again"
                                                         : fmt::format("the controller asks for {}", now)));
        }
    }

  private:
    const std::vector<Prepared>& targets_;
    std::vector<Pacing>& pacing_;
    Log& log_;
    std::mt19937_64 random_{std::random_device{}()};
};

int run_on(Parts& parts) {
    wait_for(parts, parts.setup.task->learn(kIdentityLimit));
    if (parts.setup.report) parts.setup.report->logs_in = logged_in_to(parts.setup.targets);
    const bool nameless = on_ecs() && !parts.setup.task->identity().complete;
    auto windows = open_windows(parts, Windows::Clock::now(), nameless);
    std::vector<std::chrono::nanoseconds> intervals;
    std::vector<Pacing> pacing;
    for (std::size_t i = 0; i < parts.setup.targets.size(); ++i) {
        const auto& spec = parts.setup.config.targets[i];
        intervals.push_back(spec.interval.value_or(kDefaultInterval));
        pacing.emplace_back(cadence_of(parts.setup.targets[i].kind().logs_in, parts.setup.config.window,
                                       intervals.back(), spec.login_interval, spec.inspect_interval));
    }
    Schedule schedule(intervals, Schedule::Clock::now(), std::random_device{}());
    Paces paces(parts.setup.targets, pacing, parts.log);
    Destinations to = destinations(parts);
    to.pace = [&paces](std::string_view dependency, std::chrono::nanoseconds apart) {
        paces.ask(dependency, apart);
    };
    const HealthListener health(parts.io.get_executor(), parts.log);
    to.clock = [&parts](std::chrono::nanoseconds ahead, std::chrono::nanoseconds bound) {
        parts.setup.task->clock_seen({ahead, bound});
    };
    Delivery delivery(parts.io.get_executor(), std::move(to), parts.log);
    TaskWatch task(parts.io, *parts.setup.task, windows);
    if (nameless) {
        parts.log.line(
            "ECS has not said which task this is; the controller gets windows when it has, or in a "
            "minute");
        task.ask_who([&] {
            auto labels = labels_of(parts.setup.config, parts.setup.task->identity());
            windows.relabel(labels);
            delivery.introduce(std::move(labels));
        });
    }
    if (parts.setup.config.task.look) task.start(parts.setup.config.task, parts.setup.config.window);
    Sidecar sidecar(parts.io, parts.signals, parts.setup.targets, schedule, pacing, task, windows, delivery,
                    parts.log);
    sidecar.run();
    if (!sidecar.settled()) std::_Exit(kOk);
    return kOk;
}

}  // namespace

int run(const RunOptions& options) {
    Parts parts;
    if (const auto refused = get_ready(options, parts)) return refuse(*refused);
    return options.once ? run_once(options, parts) : run_on(parts);
}

}  // namespace plumb::agent
