#include "probes/task/limits/pressure.hpp"

#include "probes/task/limits/numbers.hpp"

#include <charconv>

namespace plumb::task::limits {

namespace {

constexpr Wanted kPressureGroup{"", "", "cpu.pressure"};
constexpr Wanted kPidsGroup{"pids", "pids.current", "pids.current"};

}  // namespace

std::optional<double> parse_pressure(std::string_view text) {
    constexpr std::string_view kStart = "some avg10=";
    if (!text.starts_with(kStart)) return std::nullopt;
    text.remove_prefix(kStart.size());
    const auto word = take_word(text);
    double percent = 0;
    const auto [end, error] =
        std::from_chars(word.data(), word.data() + word.size(), percent, std::chars_format::fixed);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    if (!(percent >= 0 && percent <= 100)) return std::nullopt;
    return percent / 100;
}

Pressure read_pressure(const std::string& proc, const std::string& root,
                       const std::vector<Membership>& memberships) {
    const auto group = find_group(root, memberships, kPressureGroup);
    Pressure pressure;
    const auto of = [&](const std::string& name) {
        std::optional<double> share;
        if (group) share = parse_pressure(read_small(group->file(0, name + ".pressure")));
        if (share) return share;
        share = parse_pressure(read_small(proc + "/pressure/" + name));
        if (share) pressure.of_the_machine = true;
        return share;
    };
    pressure.cpu = of("cpu");
    pressure.memory = of("memory");
    pressure.io = of("io");
    return pressure;
}

std::optional<Pids> read_pids(const std::string& root, const std::vector<Membership>& memberships) {
    const auto group = find_group(root, memberships, kPidsGroup);
    if (!group) return std::nullopt;
    const auto lowest = lowest_limit(*group, "pids.max");
    return Pids{parse_number(read_small(group->file(lowest.level, "pids.current"))), lowest.limit};
}

}  // namespace plumb::task::limits
