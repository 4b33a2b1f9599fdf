#include "tests/lab/sim/generator.hpp"

#include "base/duration.hpp"
#include "controller/judge/statistics/statistics.hpp"
#include "model/run_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

constexpr std::chrono::seconds kLength{30};
constexpr double kTaskSpread = 0.045;  // of a task as a whole, and of each of its links: 6 % together
constexpr double kLinkSpread = 0.040;
constexpr double kColdWindow = 1.4;
constexpr double kTailShare = 0.03;  // of runs, from twice the middle on
constexpr double kTailExponent = 1.5;
constexpr double kLongest = 200;  // times the middle: what lasts longer is cut off by the deadline

// What a run's duration is of its middle, for evenly spaced chances; one table for each spread.
constexpr std::size_t kQuantiles = 4096;
constexpr int kSpreads = 11;
constexpr double kSpreadStep = 0.05;
using Quantiles = std::array<double, kQuantiles>;

std::array<Quantiles, kSpreads> make_quantiles() {
    std::array<Quantiles, kSpreads> tables{};
    for (int i = 0; i < kSpreads; ++i) {
        for (std::size_t k = 0; k < kQuantiles; ++k) {
            const double u = (static_cast<double>(k) + 0.5) / kQuantiles;
            const double body = 1 - kTailShare;
            double& out = tables.at(static_cast<std::size_t>(i)).at(k);
            out = u < body ? std::exp(i * kSpreadStep * judge::normal_quantile(u / body))
                           : 2 * std::pow((1 - u) / kTailShare, -1 / kTailExponent);
            out = std::min(out, kLongest);
        }
    }
    return tables;
}

const Quantiles& quantiles(double spread) {
    static const std::array<Quantiles, kSpreads> tables = make_quantiles();
    const auto step = static_cast<std::size_t>(std::lround(spread / kSpreadStep));
    return tables.at(std::min<std::size_t>(step, kSpreads - 1));
}

// A share that differs from task to task: beta, with this correlation of a task's runs.
double clustered(double rate, double correlation, Random& random) {
    if (rate <= 0 || rate >= 1 || correlation <= 0) return rate;
    const double sum = 1 / correlation - 1;
    return random.beta(rate * sum, (1 - rate) * sum);
}

bool reports(const Task& task, int window) {
    return window >= task.first && window <= task.last;
}

bool is_secret_of_environment(FactClass cls) {
    return cls == FactClass::must_differ || cls == FactClass::must_agree;
}

WindowDependency blank(const Dependency& each) {
    WindowDependency out;
    out.dependency = each.name;
    out.kind = each.kind;
    for (const PhaseSpec& spec : each.phases)
        out.phases.push_back({spec.name, layer_of_phase(spec.name, each.kind), 0, {}});
    return out;
}

double level_at(const GaugeSpec& spec, int window) {
    double level = spec.level;
    for (int i = 0; i < window; ++i)
        level = level + spec.per_window >= spec.fall_at ? spec.level : level + spec.per_window;
    return level;
}

std::size_t zone_of(const Task& task) {
    return static_cast<std::size_t>(task.labels.at("zone").back() - '1');
}

}  // namespace

judge::Time end_of(int window) {
    static const judge::Time first = parse_time("2026-11-23T12:00:00Z").value();
    return first + window * kLength;
}

std::string agent_of(const Task& task) {
    return "agent-" + task.name;
}

Generator::Generator(const World& world) : world_(world) {
    actors_.reserve(world.tasks.size());
    for (const Task& task : world.tasks)
        actors_.push_back(make_actor(task));
    choose_victims();
}

Generator::Actor Generator::make_actor(const Task& task) const {
    Actor actor;
    actor.task = &task;
    actor.random = Random(seed_of({world_.seed, 3, seed_of(task.name)}));
    actor.window.agent = agent_of(task);
    actor.window.length = kLength;
    actor.window.labels = task.labels;
    const double own = std::exp(kTaskSpread * actor.random.normal()) * task.slow;
    for (const Dependency& each : world_.dependencies) {
        actor.links.push_back(make_link(each, task, own, actor.random));
        actor.window.dependencies.push_back(blank(each));
    }
    return actor;
}

Generator::Link Generator::make_link(const Dependency& each, const Task& task, double own,
                                     Random& random) const {
    Link link;
    link.work = own * std::exp(kLinkSpread * random.normal()) * (task.candidate ? each.gap : 1);
    const double zone = each.zone_factor.empty() ? 1 : each.zone_factor.at(zone_of(task));
    link.path_ms = each.rtt_ms * zone * link.work;
    link.weather = random.normal();
    link.failure_rate = clustered(each.failure_rate, each.failure_clusters, random);
    return link;
}

// Whom each fault hits: of the tasks that its labels choose, the first ones up to its share.
void Generator::choose_victims() {
    const auto victims = [&](const Where& where) {
        std::vector<Actor*> picked;
        for (Actor& actor : actors_) {
            if (where.picks(*actor.task)) picked.push_back(&actor);
        }
        picked.resize(static_cast<std::size_t>(std::ceil(where.share * static_cast<double>(picked.size()))));
        return picked;
    };
    for (Actor& actor : actors_) {
        actor.failing.assign(world_.failing.size(), 0);
        actor.slow.assign(world_.slow.size(), 0);
        actor.facts.assign(world_.facts.size(), 0);
    }
    for (std::size_t i = 0; i < world_.failing.size(); ++i) {
        const Failing& fault = world_.failing[i];
        for (Actor* actor : victims(fault.where)) {
            Random random(seed_of({world_.seed, 4, i, seed_of(actor->task->name)}));
            actor->failing[i] = clustered(fault.rate, fault.clusters, random);
        }
    }
    for (std::size_t i = 0; i < world_.slow.size(); ++i) {
        for (Actor* actor : victims(world_.slow[i].where))
            actor->slow[i] = 1;
    }
    for (std::size_t i = 0; i < world_.facts.size(); ++i) {
        for (Actor* actor : victims(world_.facts[i].where))
            actor->facts[i] = 1;
    }
}

void Generator::play(int window, const Sink& sink) {
    for (Actor& actor : actors_) {
        const Task& task = *actor.task;
        if (!reports(task, window)) continue;
        const int nth = window - task.first;
        actor.window.sequence = static_cast<std::uint64_t>(nth) + 1;
        actor.window.start = end_of(window) - kLength;
        actor.window.task_age = (task.age_windows + nth) * kLength;
        for (std::size_t i = 0; i < world_.dependencies.size(); ++i)
            play_dependency(actor, i, window);
        sink(task, actor.window, end_of(window));
    }
}

void Generator::play_dependency(Actor& actor, std::size_t index, int window) {
    const Task& task = *actor.task;
    const Dependency& each = world_.dependencies[index];
    WindowDependency& out = actor.window.dependencies[index];
    out.runs = world_.runs;
    const Through through = fail_runs(actor, index, window);
    const double suspect = window >= task.suspect_from && window <= task.suspect_to ? task.suspect : 0;
    const std::uint64_t suspect_deep = actor.random.binomial(through.deep, suspect);
    const std::uint64_t suspect_shallow = actor.random.binomial(through.shallow, suspect);
    out.succeeded = through.deep + through.shallow;
    out.suspect = suspect_deep + suspect_shallow;
    time_runs(actor, index, window, {through.deep - suspect_deep, through.shallow - suspect_shallow});
    show(actor, each, window, out);
    read_gauges(actor, each, window, out);
}

// Walks the phases in the order of a run; the runs that came through are left. Those that do not log in end
// before that.
Generator::Through Generator::fail_runs(Actor& actor, std::size_t index, int window) const {
    const Dependency& each = world_.dependencies[index];
    WindowDependency& out = actor.window.dependencies[index];
    out.failures.clear();
    Through through{out.runs, 0};
    std::uint64_t& left = through.deep;
    const auto fail = [&](WindowPhase& phase, const std::string& cause, double rate) {
        const std::uint64_t failed = rate > 0 ? actor.random.binomial(left, rate) : 0;
        if (failed > 0) out.failures.push_back({phase.name, cause, failed});
        left -= failed;
    };
    for (std::size_t p = 0; p < out.phases.size(); ++p) {
        WindowPhase& phase = out.phases[p];
        if (phase.layer == Layer::authenticate && world_.log_ins > 0 && left > world_.log_ins) {
            through.shallow = left - world_.log_ins;
            left = world_.log_ins;
        }
        phase.reached = left;
        for (std::size_t i = 0; i < world_.failing.size(); ++i) {
            const Failing& fault = world_.failing[i];
            if (actor.failing[i] <= 0 || fault.phase != phase.name || !fault.where.concerns(each)) continue;
            if (fault.where.shows_in(window)) fail(phase, fault.cause, actor.failing[i]);
        }
        if (p == each.failure_phase) fail(phase, each.failure_cause, actor.links[index].failure_rate);
    }
    return through;
}

// The factor of the path (no phase) or of the peer's work in a phase. Slow modes are collected aside, in
// modes_.
double Generator::slowness(const Actor& actor, const Dependency& each, const PhaseSpec* phase, int window) {
    double factor = 1;
    for (std::size_t i = 0; i < world_.slow.size(); ++i) {
        const Slowdown& fault = world_.slow[i];
        if (actor.slow[i] == 0 || !fault.where.concerns(each) || !fault.where.shows_in(window)) continue;
        const bool here = fault.path ? phase == nullptr
                                     : phase != nullptr && (fault.phase == "*" || fault.phase == phase->name);
        if (!here) continue;
        const double now = fault.factor + fault.per_window * (window - fault.where.from);
        if (fault.share < 1) {
            modes_.push_back({fault.share, now});
        } else {
            factor *= now;
        }
    }
    return factor;
}

void Generator::time_runs(Actor& actor, std::size_t index, int window, Through clean) {
    const Task& task = *actor.task;
    const Dependency& each = world_.dependencies[index];
    WindowDependency& out = actor.window.dependencies[index];
    Link& link = actor.links[index];
    link.weather =
        world_.memory * link.weather + std::sqrt(1 - world_.memory * world_.memory) * actor.random.normal();
    const double turn = window / world_.load_period + world_.load_phase;
    const double load = world_.load_height * each.load_share * std::sin(2 * std::numbers::pi * turn);
    double all = std::exp(world_.weather * link.weather);
    if (task.cold && window == task.first) all *= kColdWindow;
    // Who waits for a processor reads its clock late; the kernel, which measures round trips, does not wait.
    const bool starves = window >= task.suspect_from && window <= task.suspect_to;
    const double late = starves ? task.suspect_leak : 1;
    modes_.clear();
    const double path = link.path_ms * all * slowness(actor, each, nullptr, window);
    const double work = link.work * all * std::exp(load);
    const std::size_t path_modes = modes_.size();
    for (std::size_t p = 0; p < each.phases.size(); ++p) {
        const PhaseSpec& spec = each.phases[p];
        modes_.resize(path_modes);
        const double own = spec.ms * work * slowness(actor, each, &spec, window);
        const bool deep = out.phases[p].layer >= Layer::authenticate;
        const std::uint64_t runs = clean.deep + (deep ? 0 : clean.shallow);
        out.phases[p].clean = draw(late * (spec.round_trips * path + own), runs, each.spread, actor.random);
    }
    modes_.resize(path_modes);
    out.rtt = each.rtt_ms > 0 ? draw(path, std::min<std::uint64_t>(clean.deep + clean.shallow, 3),
                                     each.spread / 2, actor.random)
                              : Sketch();
}

// The sketch is put together from sorted values: adding one by one would look up and grow each time.
Sketch Generator::draw(double middle_ms, std::uint64_t runs, double spread, Random& random) {
    if (runs == 0) return {};
    const Quantiles& table = quantiles(spread);
    drawn_.clear();
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < runs; ++i) {
        double ns = middle_ms * 1e6 * table[random.next() >> 52U];
        for (const Mode& mode : modes_)
            ns *= random.chance(mode.share) ? mode.factor : 1;
        drawn_.push_back(static_cast<std::uint64_t>(ns));
        sum += drawn_.back();
    }
    std::sort(drawn_.begin(), drawn_.end());
    Sketch::Buckets buckets;
    buckets.reserve(drawn_.size());
    for (const std::uint64_t ns : drawn_) {
        const int bucket = Sketch::bucket_of(ns);
        if (buckets.empty() || buckets.back().index != bucket) buckets.push_back(Sketch::bucket(bucket, 0));
        ++buckets.back().times;
    }
    return Sketch::from_parts(sum, drawn_.front(), drawn_.back(), std::move(buckets)).value();
}

void Generator::show(const Actor& actor, const Dependency& each, int window, WindowDependency& out) const {
    out.facts.clear();
    if (out.succeeded == 0) return;
    for (const Fact& fact : each.facts) {
        std::string value = fact.value;
        if (is_secret_of_environment(fact.cls)) value += " " + actor.task->labels.at("environment");
        for (std::size_t i = 0; i < world_.facts.size(); ++i) {
            const OtherFact& other = world_.facts[i];
            const bool hit = actor.facts[i] != 0 && other.fact == fact.name && other.where.concerns(each);
            if (hit && other.where.shows_in(window)) value = other.value;
        }
        if (!value.empty()) out.facts.push_back({fact.name, fact.cls, std::move(value), out.succeeded});
    }
}

// All tasks of a side look at one peer and see about the same amount; of themselves each sees its own.
void Generator::read_gauges(const Actor& actor, const Dependency& each, int window,
                            WindowDependency& out) const {
    out.gauges.clear();
    if (out.succeeded == 0) return;
    const Task& task = *actor.task;
    const auto& specs = task.candidate ? each.gauges : each.baseline_gauges;
    const std::uint64_t eye = each.kind == "task" ? seed_of(task.name) : (task.candidate ? 1 : 0);
    for (const GaugeSpec& spec : specs) {
        Random random(seed_of({world_.seed, 5, seed_of(spec.name), eye, static_cast<std::uint64_t>(window)}));
        const double level =
            task.memory > 0 && spec.name == "task.memory" ? task.memory : level_at(spec, window);
        const double scale = spec.limit > 0 ? spec.limit : 1;
        const double top = spec.limit > 0 ? spec.limit : 1e300;
        const auto amount = [&] {
            return std::clamp((level + spec.noise * random.normal()) * scale, 0.0, top);
        };
        std::array<double, 3> seen{amount(), amount(), amount()};
        const double last = seen[1];
        std::sort(seen.begin(), seen.end());
        std::optional<double> limit;
        if (spec.limit > 0) limit = spec.limit;
        out.gauges.push_back({spec.name, seen[0], seen[2], last, limit, spec.refuses});
    }
}

}  // namespace plumb::lab
