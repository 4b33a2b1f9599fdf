#include "probes/task/task_probe.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/task/app_use.hpp"
#include "probes/task/facts.hpp"
#include "probes/task/image/image.hpp"
#include "probes/task/limits/facts.hpp"
#include "probes/task/limits/limits.hpp"
#include "probes/task/sockets/facts.hpp"
#include "probes/task/sockets/sockets.hpp"
#include "probes/task/start_of_process.hpp"
#include "probes/task/timer_noise.hpp"
#include "probes/task/variables/facts.hpp"
#include "probes/task/worker.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace plumb::task {
namespace {

constexpr std::size_t kMostAddresses = 16;  // of one dependency
constexpr std::size_t kMostEnviron = 1 << 20;

// Where the dependencies are, written by the loop and read by the worker.
class KnownTargets {
  public:
    void seen(const std::string& dependency, std::uint16_t port, const std::vector<Attempt>& attempts) {
        const std::lock_guard lock(mutex_);
        auto& target = by_name_[dependency];
        target.dependency = dependency;
        target.port = port;
        for (const auto& attempt : attempts)
            add(target, attempt.address);
    }

    std::vector<SocketTarget> all() {
        const std::lock_guard lock(mutex_);
        std::vector<SocketTarget> out;
        for (const auto& [name, target] : by_name_)
            out.push_back(target);
        return out;
    }

  private:
    // "10.0.1.7:5432", "[2001:db8::1]:443"; the latest ones are kept.
    static void add(SocketTarget& target, const std::string& endpoint) {
        auto host = endpoint.substr(0, endpoint.rfind(':'));
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        auto& known = target.addresses;
        if (host.empty() || std::find(known.begin(), known.end(), host) != known.end()) return;
        known.push_back(std::move(host));
        if (known.size() > kMostAddresses) known.erase(known.begin());
    }

    std::mutex mutex_;
    std::map<std::string, SocketTarget> by_name_;
};

// "8080, 9090"
std::vector<std::uint16_t> parse_ports(std::string_view text) {
    std::vector<std::uint16_t> out;
    for (const auto part : split(text, ',')) {
        const auto digits = trim(part);
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (error == std::errc{} && port != 0) out.push_back(port);
    }
    return out;
}

// Whose files and variables are read: ours, or those of the app's process in another container.
struct AppPlaces {
    std::string root;  // as in Places
    std::optional<pid_t> variables_of;
    std::string words = "this container";
};

AppPlaces app_places(const Places& places, pid_t self, const std::string& id) {
    AppPlaces out;
    out.root = places.root;
    const auto app = find_app_process(places, self, id);
    if (!app || app->own_container) return out;
    const auto folder = fmt::format("{}/{}", places.proc, app->pid);
    const auto root = folder + "/root";
    if (::access((root + "/").c_str(), R_OK | X_OK) != 0) return out;
    out.root = root;
    out.words = "the app's container, through its process";
    if (::access((folder + "/environ").c_str(), R_OK) == 0) out.variables_of = app->pid;
    return out;
}

}  // namespace

// The sections, which only the worker's thread touches, and what it needs to know of the loop's side.
struct Areas {
    Areas(const TaskSettings& settings, std::shared_ptr<KnownTargets> targets)
        : places(settings.places),
          own_variables(settings.own_variables),
          limits(make_limits(settings.places)) {
        SocketSettings sockets_settings;
        sockets_settings.places = settings.places;
        sockets_settings.self = ::getpid();
        sockets_settings.targets = [targets = std::move(targets)] { return targets->all(); };
        sockets = make_sockets(std::move(sockets_settings));
        variables = make_variables(
            settings.variables, [this] { return variables_of_app(); }, [this] { return own; });
    }
    Areas(const Areas&) = delete;
    Areas& operator=(const Areas&) = delete;

    void look(Look& out, Depth depth) {
        limits->look(out, depth);
        sockets->look(out, depth);
        if (depth != Depth::inspect) return;
        const auto now = app_places(places, ::getpid(), app_id);
        if (!image || now.root != app.root) {
            auto of_app = places;
            of_app.root = now.root;
            image = make_image(of_app);
        }
        app = now;
        out.evidence.fact(kVariablesFrom, app.variables_of ? app.words : AppPlaces().words);
        out.evidence.fact(kImageFrom, app.words);
        variables->look(out, depth);
        image->look(out, depth);
    }

    std::vector<Variable> variables_of_app() const {
        if (!app.variables_of) return own_variables();
        auto text = read_file(fmt::format("{}/{}/environ", places.proc, *app.variables_of), kMostEnviron);
        if (!text) return {};
        const Secret kept{*std::move(text)};
        return parse_environ(kept.reveal());
    }

    Places places;
    std::function<std::vector<Variable>()> own_variables;
    std::string app_id;
    AwsPlace own;
    AppPlaces app;
    std::unique_ptr<Section> limits;
    std::unique_ptr<Section> sockets;
    std::unique_ptr<Section> variables;
    std::unique_ptr<Section> image;
};

class TaskProbe::Impl {
  public:
    Impl(Services& services, TaskSettings settings)
        : services_(services),
          settings_(std::move(settings)),
          worker_(services.executor),
          targets_(std::make_shared<KnownTargets>()),
          areas_(std::make_shared<Areas>(settings_, targets_)) {
        if (settings_.warmup) start_warmup();
    }

    boost::asio::awaitable<void> learn(std::chrono::nanoseconds limit) {
        WhoAsks who;
        who.places = settings_.places;
        who.app = settings_.app;
        who.self = ::getpid();
        auto variable = settings_.variable;
        identity_ = co_await identify(services_, std::move(variable), std::move(who), limit);
    }

    boost::asio::awaitable<Look> look(Depth depth, Clock::time_point deadline) {
        const auto now = Clock::now();
        if (depth == Depth::inspect && !identity_.complete) co_await learn((deadline - now) / 4);
        std::map<std::string, EcsUse> stats;
        if (identity_.sidecar) {
            auto variable = settings_.variable;
            stats = co_await ask_ecs_stats(services_, std::move(variable), now + (deadline - now) / 2);
        }
        auto out = std::make_shared<Look>();
        // First of all: what has no room in an outcome is the end of a long list.
        if (depth == Depth::inspect) tell_identity(out->evidence, true);
        std::function<void()> job = [areas = areas_, out, depth, id = identity_.app_id,
                                     own = identity_.place] {
            areas->app_id = id;
            areas->own = own;
            areas->look(*out, depth);
        };
        const bool done = co_await worker_.run(std::move(job), deadline);
        Look look;
        if (done) look = std::move(*out);
        look.whole = done && depth == Depth::inspect;
        add_own(look, depth, done);
        app_use_.tell(identity_, stats, Clock::now(), look);
        co_return look;
    }

    Services& services_;
    TaskSettings settings_;
    Worker worker_;
    std::shared_ptr<KnownTargets> targets_;
    std::shared_ptr<Areas> areas_;
    Identity identity_;
    AppUse app_use_;
    TimerNoise noise_;
    std::optional<ClockOffset> clock_;
    std::optional<Warmup> warmup_;
    std::vector<std::uint16_t> listeners_;  // as the latest look saw them

  private:
    // The agent is there from the start of the task unless it came seconds after the container's first
    // process.
    void start_warmup() {
        constexpr std::chrono::seconds kTogether{5};
        const auto own = start_of_process(settings_.places, "self").value_or(Clock::now());
        const auto task = start_of_process(settings_.places, "1").value_or(own);
        warmup_.emplace(services_, *settings_.warmup, task, own - task < kTogether,
                        [this] { return listeners_; });
    }

    // What is compared comes only with a whole look: whoever saw it in another would be taken to know that
    // tasks lack it which have not been looked at wholly yet.
    void tell_identity(Outcome& out, bool whole) const {
        for (const auto& fact : identity_.facts) {
            if (whole || fact.cls == FactClass::informational) out.fact(fact.name, fact.cls, fact.value);
        }
    }

    void add_own(Look& look, Depth depth, bool done) {
        auto& out = look.evidence;
        if (!done) out.fact(kLook, "not over in time: a file system or the kernel does not answer");
        if (!done && depth == Depth::inspect) tell_identity(out, false);
        if (const auto noise = noise_.middle())
            out.gauge(kTimerNoise, std::chrono::duration<double>(*noise).count());
        if (clock_) describe_clock(*clock_, out);
        if (!warmup_) return;
        if (const auto* ports = out.find_fact(kListenerPorts.name)) listeners_ = parse_ports(ports->value);
        warmup_->describe(look);
    }
};

TaskProbe::TaskProbe(Services& services, TaskSettings settings)
    : impl_(std::make_unique<Impl>(services, std::move(settings))) {}
TaskProbe::~TaskProbe() = default;

boost::asio::awaitable<void> TaskProbe::learn(std::chrono::nanoseconds limit) {
    return impl_->learn(limit);
}

const Identity& TaskProbe::identity() const {
    return impl_->identity_;
}

boost::asio::awaitable<Look> TaskProbe::look(Depth depth, Clock::time_point deadline) {
    return impl_->look(depth, deadline);
}

void TaskProbe::seen(const Outcome& outcome, std::uint16_t port) {
    impl_->targets_->seen(outcome.dependency, port, outcome.attempts);
    if (impl_->warmup_) impl_->warmup_->dependency_seen(outcome.dependency, outcome.ok(), Clock::now());
}

void TaskProbe::clock_seen(const ClockOffset& offset) {
    impl_->clock_ = offset;
}

boost::asio::awaitable<void> TaskProbe::measure_noise() {
    co_await impl_->noise_.sample(impl_->services_.executor);
}

boost::asio::awaitable<void> TaskProbe::watch_warmup() {
    if (impl_->warmup_) co_await impl_->warmup_->run();
}

bool TaskProbe::busy() const {
    return impl_->worker_.busy();
}

}  // namespace plumb::task
