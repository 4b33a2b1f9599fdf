#include "agent/check/table.hpp"

#include "agent/wrap.hpp"
#include "base/duration.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kIndent = 4;
constexpr std::size_t kWords = 12;  // column where explanations begin
constexpr std::size_t kNames = 33;  // column where values begin
constexpr std::size_t kBar = 20;
constexpr std::size_t kAmounts = 22;

// All runs of one dependency, in the order they were made.
struct Group {
    std::string dependency;
    std::vector<const Outcome*> runs;
    std::size_t failed = 0;
    const Outcome* shown = nullptr;  // the last failed run, else the last
};

std::vector<Group> group(const std::vector<Outcome>& outcomes) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> where;
    for (const auto& outcome : outcomes) {
        const auto [found, fresh] = where.emplace(outcome.dependency, groups.size());
        if (fresh) groups.push_back({outcome.dependency, {}, 0, nullptr});
        auto& entry = groups[found->second];
        entry.runs.push_back(&outcome);
        entry.failed += outcome.ok() ? 0 : 1;
        if (!outcome.ok() || entry.shown == nullptr || entry.shown->ok()) entry.shown = &outcome;
    }
    return groups;
}

struct Unit {
    double scale = 1;
    std::string_view name;  // with its space, where it has one
};

std::string_view declared_unit(std::span<const Kind> kinds, std::string_view gauge) {
    for (const auto& kind : kinds) {
        const auto& gauges = kind.catalog.gauges;
        const auto found = std::find_if(gauges.begin(), gauges.end(),
                                        [gauge](const GaugeInfo& info) { return info.name == gauge; });
        if (found != gauges.end()) return found->unit;
    }
    return {};
}

// Times and rates as they are; bytes by 1024, counts by 1000, both from a million on.
Unit unit_of(double value, std::string_view declared) {
    if (declared == "s") return {1, " s"};
    if (declared == "1/s") return {1, "/s"};
    if (std::abs(value) < 1e6) return {};
    if (declared != "bytes") return std::abs(value) < 1e9 ? Unit{1e6, " M"} : Unit{1e9, " G"};
    constexpr double kMebi = 1024.0 * 1024;
    return std::abs(value) < 1024 * kMebi ? Unit{kMebi, " Mi"} : Unit{1024 * kMebi, " Gi"};
}

std::string number(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e6) return fmt::format("{:.0f}", value);
    return fmt::format("{:.3g}", value);
}

std::string amount(double value, std::string_view declared) {
    const Unit unit = unit_of(value, declared);
    return fmt::format("{}{}", number(value / unit.scale), unit.name);
}

// Both in the unit of the limit, "0.642 of 64 Mi", where that leaves anything of the value: "62 of 2.14 G".
std::string amounts(double value, double limit, std::string_view declared) {
    const Unit unit = unit_of(limit, declared);
    if (value > 0 && value < unit.scale / 1000)
        return fmt::format("{} of {}", amount(value, declared), amount(limit, declared));
    return fmt::format("{} of {}{}", number(value / unit.scale), number(limit / unit.scale), unit.name);
}

class Table {
  public:
    explicit Table(const TableOptions& options)
        : options_(options), width_(static_cast<std::size_t>(std::max(options.terminal.width(), 40))) {}

    std::string render(const Group& group);

  private:
    void heading(const Group& group);
    void phases(const Outcome& outcome);
    void repeated(const Group& group);
    void failure(const Outcome& outcome);
    void tried(const Outcome& outcome);
    void gauges(const Outcome& outcome);
    void details(const Outcome& outcome);
    std::string paint(Style style, std::string_view text) const {
        return options_.terminal.paint(style, text);
    }
    void words(std::string_view label, std::string_view text) {
        out_ += hanging("    " + std::string(label), text, kWords, width_);
    }
    // Parts joined by " · " and wrapped; widths are counted without the colours.
    void joined(const std::vector<std::pair<std::string, Style>>& parts);

    const TableOptions& options_;
    std::size_t width_;
    std::string out_;
};

void Table::heading(const Group& group) {
    const auto& outcome = *group.shown;
    const bool ok = group.failed == 0;
    const auto left = fmt::format("{}  {}", group.dependency, outcome.kind);
    auto place = outcome.address.empty() ? std::string() : "  " + outcome.address;
    std::string right = format_duration(outcome.total);
    if (!ok) right = fmt::format("FAILED at {}", outcome.failure->phase);
    if (group.runs.size() > 1) {
        right = ok ? fmt::format("{} runs ok", group.runs.size())
                   : fmt::format("{} of {} runs FAILED", group.failed, group.runs.size());
    }
    const auto used = 2 + display_width(left + place) + display_width(right);
    const bool fits = used + 2 <= width_;
    if (!fits && !place.empty()) place = place.substr(2) + "  ";
    out_ += paint(ok ? Style::green : Style::red, ok ? "✓" : "✗") + " ";
    out_ += paint(Style::bold, group.dependency) + left.substr(group.dependency.size());
    out_ += fits ? place + std::string(width_ - used, ' ') : "\n" + std::string(kIndent, ' ') + place;
    out_ += ok ? right : paint(Style::red, right);
    out_ += '\n';
}

void Table::joined(const std::vector<std::pair<std::string, Style>>& parts) {
    std::size_t column = kIndent;
    out_.append(kIndent, ' ');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& [text, style] = parts[i];
        const auto columns = display_width(text);
        if (i > 0 && column + 3 + columns > width_) {
            out_ += '\n';
            out_.append(kIndent, ' ');
            column = kIndent;
        } else if (i > 0) {
            out_ += " · ";
            column += 3;
        }
        out_ += paint(style, text);
        column += columns;
    }
    out_ += '\n';
}

void Table::phases(const Outcome& outcome) {
    if (outcome.phases.empty()) return;
    std::vector<std::pair<std::string, Style>> parts;
    for (const auto& phase : outcome.phases) {
        const bool failing = outcome.failure && outcome.failure->phase == phase.name;
        parts.emplace_back(
            fmt::format("{} {}{}", phase.name, format_duration(phase.duration), failing ? " ✗" : ""),
            failing ? Style::red : Style::plain);
    }
    joined(parts);
}

// Several runs: for each phase the middle and the longest duration of the runs that were ok.
void Table::repeated(const Group& group) {
    std::vector<std::string_view> order;
    std::map<std::string_view, std::vector<nanoseconds>> durations;
    for (const auto* run : group.runs) {
        if (!run->ok()) continue;
        for (const auto& phase : run->phases) {
            auto& list = durations[phase.name];
            if (list.empty()) order.push_back(phase.name);
            list.push_back(phase.duration);
        }
    }
    std::vector<std::pair<std::string, Style>> parts;
    for (const auto name : order) {
        auto& list = durations[name];
        std::sort(list.begin(), list.end());
        parts.emplace_back(fmt::format("{} {} (max {})", name, format_duration(list[(list.size() - 1) / 2]),
                                       format_duration(list.back())),
                           Style::plain);
    }
    if (!parts.empty()) joined(parts);
    if (group.failed > 0) {
        out_ += "    the last failed run:\n";
        phases(*group.shown);
    }
}

void Table::failure(const Outcome& outcome) {
    if (!outcome.failure) return;
    const auto& info = cause_info(outcome.failure->cause);
    words("cause", fmt::format("{}: {}", info.code, info.meaning));
    if (!outcome.failure->detail.empty()) words("detail", outcome.failure->detail);
    words("reason", info.reason);
    words("next", info.action);
}

// An address that failed is evidence, also when the next one served the run.
void Table::tried(const Outcome& outcome) {
    const auto failed = [](const Attempt& attempt) { return attempt.failed.has_value(); };
    if (options_.verbose || std::none_of(outcome.attempts.begin(), outcome.attempts.end(), failed)) return;
    std::string list;
    for (const auto& attempt : outcome.attempts) {
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", attempt.address,
                            attempt.failed ? to_string(*attempt.failed) : "ok");
    }
    words("tried", list);
}

void Table::gauges(const Outcome& outcome) {
    for (const auto& gauge : outcome.gauges) {
        const auto name = pad("    " + gauge.name, kNames - 1);
        const auto unit = declared_unit(options_.kinds, gauge.name);
        if (!gauge.limit || *gauge.limit <= 0) {
            if (options_.verbose) out_ += fmt::format("{} {}\n", name, amount(gauge.value, unit));
            continue;
        }
        if (width_ < kNames + kBar + kAmounts) {  // no room for the bar
            out_ += fmt::format("    {} {}\n", gauge.name, amounts(gauge.value, *gauge.limit, unit));
            continue;
        }
        const auto share = std::clamp(gauge.value / *gauge.limit, 0.0, 1.0);
        const auto full = static_cast<std::size_t>(std::lround(share * static_cast<double>(kBar)));
        std::string bar;
        for (std::size_t i = 0; i < kBar; ++i)
            bar += i < full ? "█" : "░";
        const auto style = !gauge.refuses_at_limit || share < 0.8 ? Style::plain
                           : share < 0.9                          ? Style::yellow
                                                                  : Style::red;
        out_ += fmt::format("{} {} {}\n", name, paint(style, bar), amounts(gauge.value, *gauge.limit, unit));
    }
}

void Table::details(const Outcome& outcome) {
    if (!options_.verbose) return;
    if (outcome.rtt) {
        out_ += fmt::format("    network round trip {} · retransmits {}\n", format_duration(*outcome.rtt),
                            outcome.retransmits);
    }
    for (const auto& attempt : outcome.attempts) {
        out_ += fmt::format("    tried {} {} in {}\n", attempt.address,
                            attempt.failed ? to_string(*attempt.failed) : "ok",
                            format_duration(attempt.duration));
    }
    for (const auto& fact : outcome.facts) {
        out_ += hanging("    " + fact.name, fact.value, kNames, width_);
    }
}

std::string Table::render(const Group& group) {
    heading(group);
    const auto& outcome = *group.shown;
    out_ += "    " + paint(Style::dim, outcome.target) + '\n';
    group.runs.size() > 1 ? repeated(group) : phases(outcome);
    failure(outcome);
    tried(outcome);
    gauges(outcome);
    details(outcome);
    if (!outcome.note.empty()) words("note", outcome.note);
    if (outcome.suspect)
        words("suspect", "this task was busy or throttled during the run; its durations may be its own");
    return std::move(out_);
}

}  // namespace

std::string result_line(const std::vector<Outcome>& outcomes, const TableOptions& options) {
    constexpr std::size_t kNamed = 3;
    const auto groups = group(outcomes);
    const auto expected = std::max(options.expected, groups.size());
    std::string names;
    std::size_t failed = 0;
    for (const auto& entry : groups) {
        if (entry.failed == 0) continue;
        if (++failed > kNamed) continue;
        const auto& failure = *entry.shown->failure;
        names += fmt::format("{}{} ({}: {}", names.empty() ? "" : ", ", entry.dependency, failure.phase,
                             to_string(failure.cause));
        if (entry.runs.size() > 1) names += fmt::format(", {} of {} runs", entry.failed, entry.runs.size());
        names += ')';
    }
    if (failed > kNamed) names += fmt::format(" and {} more", failed - kNamed);
    std::string line;
    const std::string_view noun = expected == 1 ? "dependency" : "dependencies";
    const auto missing = options.dependencies_without_outcome.size();
    if (failed > 0) {
        line = fmt::format("Result: {} of {} {} failed: {}.", failed, expected, noun, names);
    } else if (missing == 0) {
        line = expected == 1 ? "Result: the one dependency is ok."
                             : fmt::format("Result: all {} {} are ok.", expected, noun);
    } else {
        line = fmt::format("Result: {} of {} {} ok.", groups.size(), expected, noun);
    }
    if (missing > 0) line += fmt::format(" Interrupted: {} not checked.", missing);
    return line + '\n';
}

std::string render_table(const std::vector<Outcome>& outcomes, const TableOptions& options) {
    std::string out;
    for (const auto& entry : group(outcomes))
        out += Table(options).render(entry) + '\n';
    if (!options.dependencies_without_outcome.empty()) {
        std::string list;
        for (const auto& name : options.dependencies_without_outcome)
            list += (list.empty() ? "" : ", ") + name;
        out += hanging("- ", "not checked before the interruption: " + list, 2, 80) + '\n';
    }
    return out + result_line(outcomes, options);
}

}  // namespace plumb::agent
