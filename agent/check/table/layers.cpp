#include "agent/check/table/layers.hpp"

#include "agent/check/table/amounts.hpp"
#include "agent/check/table/spread.hpp"
#include "base/duration.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kPhaseName = 14;
constexpr std::size_t kDuration = 9;
constexpr std::size_t kLongestBar = 40;
constexpr std::size_t kShortestBar = 8;
constexpr std::size_t kBuckets = 10;
constexpr std::size_t kRunsForHistogram = 5;
constexpr std::string_view kFailed = "  ✗ FAILED";

std::string right(std::string_view text, std::size_t columns) {
    const auto width = display_width(text);
    return std::string(columns - std::min(columns, width), ' ') + std::string(text);
}

// A phase that measured nothing, such as the resolving of an address, took no time worth the name.
std::string time_words(nanoseconds duration) {
    return duration.count() == 0 ? "-" : format_duration(duration);
}

const Kind* kind_of(const Outcome& outcome, std::span<const Kind> kinds) {
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == outcome.kind; });
    return found == kinds.end() ? nullptr : &*found;
}

// A kind with a scheme for each way: the plain one goes without TLS.
bool goes_without_tls(const Kind& kind, std::string_view target) {
    const auto scheme = target.substr(0, target.find("://"));
    const auto& schemes = kind.schemes;
    const bool has_tls =
        std::any_of(schemes.begin(), schemes.end(), [](const auto& each) { return each.tls; });
    return has_tls && std::any_of(schemes.begin(), schemes.end(),
                                  [&](const auto& each) { return each.name == scheme && !each.tls; });
}

bool comes_before_requests(std::string_view phase) {
    const auto layer = layer_of_phase(phase);
    return layer == Layer::resolve || layer == Layer::connect || layer == Layer::handshake;
}

void write_layer(Page& page, std::string_view name, nanoseconds duration, double share, bool failed) {
    const auto words = pad(name, kPhaseName) + right(time_words(duration), kDuration);
    const auto room =
        page.width() - std::min(page.width(), kIndent + kPhaseName + kDuration + 2 + display_width(kFailed));
    std::string line = std::string(kIndent, ' ') + page.paint(failed ? Style::red : Style::plain, words);
    if (room >= kShortestBar) {
        const auto bar = length_bar(share, std::min(room, kLongestBar));
        if (!bar.empty()) line += "  " + page.paint(failed ? Style::red : Style::cyan, bar);
    }
    if (failed) line += page.paint(Style::red, kFailed);
    page.line(line);
}

// In the order in which they are first met.
using Durations = std::vector<std::pair<std::string_view, std::vector<nanoseconds>>>;

Durations durations_of(const std::vector<const Outcome*>& runs) {
    Durations all;
    std::vector<nanoseconds> totals;
    for (const auto* run : runs) {
        if (!run->ok()) continue;
        for (const auto& phase : run->phases) {
            auto found = std::find_if(all.begin(), all.end(),
                                      [&](const auto& each) { return each.first == phase.name; });
            if (found == all.end()) found = all.insert(all.end(), {phase.name, {}});
            found->second.push_back(phase.duration);
        }
        totals.push_back(run->total);
    }
    if (!totals.empty()) all.emplace_back("total", std::move(totals));
    return all;
}

void write_histogram(Page& page, const std::vector<nanoseconds>& totals) {
    const auto spread = spread_of(totals);
    const auto range = fmt::format("{} to {}", format_duration(spread.min), format_duration(spread.max));
    const auto fits = [&](std::size_t label) {
        return kIndent + label + kBuckets + 2 + display_width(range) <= page.width();
    };
    constexpr std::size_t kLabel = kPhaseName + 2;
    constexpr std::size_t kShortLabel = 8;
    const auto label = fits(kLabel)        ? pad("totals", kLabel)
                       : fits(kShortLabel) ? pad("totals", kShortLabel)
                                           : "";
    page.line(std::string(kIndent, ' ') + label + page.paint(Style::cyan, histogram(totals, kBuckets)) +
              "  " + range);
}

}  // namespace

std::vector<std::string_view> phases_ahead(const Outcome& outcome, std::span<const Kind> kinds,
                                           bool connect_only) {
    const auto* kind = kind_of(outcome, kinds);
    if (kind == nullptr || !outcome.failure) return {};
    const auto& phases = kind->catalog.phases;
    auto next = std::find_if(phases.begin(), phases.end(),
                             [&](const PhaseInfo& phase) { return phase.name == outcome.failure->phase; });
    std::vector<std::string_view> ahead;
    const bool plain = goes_without_tls(*kind, outcome.target);
    for (; next != phases.end(); ++next) {
        const auto seen = std::any_of(outcome.phases.begin(), outcome.phases.end(),
                                      [&](const PhaseTiming& each) { return each.name == next->name; });
        if (seen || next->sometimes || (plain && next->name == phase::handshake)) continue;
        if (connect_only && !comes_before_requests(next->name)) continue;
        ahead.push_back(next->name);
    }
    return ahead;
}

void write_phases(Page& page, const Outcome& outcome) {
    if (outcome.phases.empty()) return;
    Page::Parts parts;
    for (const auto& phase : outcome.phases) {
        parts.emplace_back(fmt::format("{} {}", phase.name, time_words(phase.duration)), Style::plain);
    }
    page.joined(parts);
}

void write_layers(Page& page, const Outcome& outcome, const std::vector<std::string_view>& ahead) {
    const auto total = static_cast<double>(std::max<nanoseconds::rep>(outcome.total.count(), 1));
    for (const auto& phase : outcome.phases) {
        const bool failed = outcome.failure && outcome.failure->phase == phase.name;
        write_layer(page, phase.name, phase.duration, static_cast<double>(phase.duration.count()) / total,
                    failed);
    }
    if (ahead.empty()) return;
    Page::Parts parts;
    for (const auto name : ahead)
        parts.emplace_back((parts.empty() ? "not reached: " : "") + std::string(name), Style::dim);
    page.joined(parts);
}

void write_spreads(Page& page, const std::vector<const Outcome*>& runs) {
    const auto all = durations_of(runs);
    if (all.empty()) return;
    const auto& totals = all.back().second;
    constexpr std::size_t kColumn = 10;
    constexpr std::size_t kBegin = kIndent + kPhaseName - 1;
    const auto room = (page.width() - kBegin) / kColumn;  // columns; the middle and the longest always show
    const bool p90 = totals.size() >= kRunsForP90 && room >= 3;
    const bool p99 = totals.size() >= kRunsForP99 && room >= 4;
    std::string head = std::string(kBegin, ' ') + right("p50", kColumn);
    if (p90) head += right("p90", kColumn);
    if (p99) head += right("p99", kColumn);
    page.line(page.paint(Style::dim, head + right("max", kColumn)));
    for (const auto& [name, durations] : all) {
        const auto spread = spread_of(durations);
        auto line =
            std::string(kIndent, ' ') + pad(name, kPhaseName - 1) + right(time_words(spread.p50), kColumn);
        // A phase that few runs have leaves its place empty.
        if (p90) line += right(spread.p90 ? time_words(*spread.p90) : "", kColumn);
        if (p99) line += right(spread.p99 ? time_words(*spread.p99) : "", kColumn);
        page.line(line + right(time_words(spread.max), kColumn));
    }
    if (totals.size() >= kRunsForHistogram) write_histogram(page, totals);
}

}  // namespace plumb::agent
