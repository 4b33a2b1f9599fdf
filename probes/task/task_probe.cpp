#include "probes/task/task_probe.hpp"

#include "base/text.hpp"
#include "probes/task/app_use.hpp"
#include "probes/task/areas.hpp"
#include "probes/task/facts.hpp"
#include "probes/task/sockets/facts.hpp"
#include "probes/task/start_of_process.hpp"
#include "probes/task/timer_noise.hpp"
#include "probes/task/worker.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace plumb::task {
namespace {

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

}  // namespace

class TaskProbe::Impl {
  public:
    Impl(Services& services, TaskSettings settings)
        : services_(services),
          settings_(std::move(settings)),
          worker_(services.executor),
          targets_(std::make_shared<KnownTargets>()),
          areas_(std::make_shared<Areas>(settings_.places, settings_.variables, settings_.own_variables,
                                         targets_)) {
        if (settings_.warmup) start_warmup();
    }

    boost::asio::awaitable<void> learn(std::chrono::nanoseconds limit) {
        WhoAsks who;
        who.places = settings_.places;
        who.app = settings_.app;
        who.self = ::getpid();
        auto variable = settings_.variable;
        auto found = co_await identify(services_, std::move(variable), std::move(who), limit);
        // What is known is not forgotten for a question that got no answer.
        if (!found.complete && identity_.ecs) co_return;
        identity_ = std::move(found);
        learned_ = Clock::now();
        if (warmup_ && identity_.container != OwnContainer::of_the_app) tell_warmup_the_start();
    }

    boost::asio::awaitable<Look> look(Depth depth, Clock::time_point deadline) {
        const auto now = Clock::now();
        // A platform that was silent is asked again at once, and one that answered as often as what hardly
        // changes.
        const bool again =
            depth == Depth::inspect && identity_.ecs && now - learned_ > std::chrono::seconds(1);
        if (again || !identity_.complete) co_await learn((deadline - now) / 4);
        std::map<std::string, EcsUse> stats;
        if (identity_.ecs && identity_.container != OwnContainer::of_the_app) {
            auto variable = settings_.variable;
            stats = co_await ask_ecs_stats(services_, std::move(variable), now + (deadline - now) / 2);
        }
        auto seen = std::make_shared<Seen>();
        // First of all: what has no room in an outcome is the end of a long list.
        if (depth == Depth::inspect) tell_identity(seen->look.evidence, true);
        std::function<void()> job = [areas = areas_, seen, depth, about = about()] {
            seen->others = areas->look(about, depth, seen->look);
        };
        const auto end = co_await worker_.run(std::move(job), deadline);
        Look look;
        if (end == JobEnd::done) {
            look = std::move(seen->look);
            others_seen_ = seen->others;
        }
        look.whole = end == JobEnd::done && depth == Depth::inspect;
        add_own(look, depth, end);
        app_use_.tell(identity_, stats, others_seen_, Clock::now(), look);
        co_return look;
    }

    Services& services_;
    TaskSettings settings_;
    Worker worker_;
    std::shared_ptr<KnownTargets> targets_;
    std::shared_ptr<Areas> areas_;
    Identity identity_;
    Clock::time_point learned_{};
    AppUse app_use_;
    TimerNoise noise_;
    std::optional<ClockOffset> clock_;
    std::optional<Warmup> warmup_;
    std::vector<std::uint16_t> listeners_;  // as the latest look saw them
    bool others_seen_ = false;              // processes of other containers

  private:
    struct Seen {
        Look look;
        bool others = false;
    };

    // The first process of the agent's own container says nothing of the app's.
    void tell_warmup_the_start() {
        if (identity_.app_started) return warmup_->set_start(on_our_clock(*identity_.app_started), true);
        warmup_->set_start(start_of_process(settings_.places, "self").value_or(Clock::now()), false);
    }

    Areas::About about() const {
        return {identity_.own, identity_.app, identity_.app_id, identity_.container, identity_.place};
    }

    // Never later than now, whatever a wall clock says.
    static Clock::time_point on_our_clock(std::chrono::system_clock::time_point at) {
        const auto ago =
            std::max(std::chrono::system_clock::now() - at, std::chrono::system_clock::duration(0));
        return Clock::now() - ago;
    }

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
        if (!whole || !identity_.ecs || !identity_.ecs->storage_used_mib) return;
        constexpr double kMebibyte = 1024.0 * 1024.0;
        const auto& reserved = identity_.ecs->storage_mib;
        out.gauge(kTaskStorage, *identity_.ecs->storage_used_mib * kMebibyte,
                  reserved ? std::optional(*reserved * kMebibyte) : std::nullopt);
    }

    void add_own(Look& look, Depth depth, JobEnd end) {
        auto& out = look.evidence;
        if (end == JobEnd::late) out.fact(kLook, kLookTooSlow);
        if (end == JobEnd::no_thread) out.fact(kLook, kLookWithoutThread);
        if (end != JobEnd::done && depth == Depth::inspect) tell_identity(out, false);
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
