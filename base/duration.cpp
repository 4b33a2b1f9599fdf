#include "base/duration.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

namespace plumb {
namespace {

using std::chrono::nanoseconds;
using std::chrono::system_clock;

struct Unit {
    std::string_view name;
    std::int64_t ns;
};

constexpr std::array<Unit, 9> kUnits{{
    {"ns", 1},
    {"us", 1'000},
    {"µs", 1'000},  // micro sign
    {"μs", 1'000},  // Greek mu: the two look alike
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
    {"d", 86'400'000'000'000},
}};

// Ten years: longer is a slip, and sums of such durations still fit a clock.
constexpr std::int64_t kLongest = 3'650LL * 86'400'000'000'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string quoted(std::string_view text) {
    return quote_words(text, 64);
}

Error no_duration(std::string_view text) {
    return Error{quoted(text) +
                 " is not a duration; write a number and a unit, such as 250ms, 2s, 15m, 1h or 30d"};
}

// Reads exactly `digits` decimal digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!is_digit(text[i])) return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take_char(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_days> take_day(std::string_view& text) {
    const auto year = take_number(text, 4);
    if (!year || !take_char(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take_char(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day) return std::nullopt;
    // The clock counts nanoseconds in 64 bits, which end in 2262.
    if (*year < 1970 || *year > 2261) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

std::optional<nanoseconds> take_clock(std::string_view& text) {
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59 || !take_char(text, ':')) return std::nullopt;
    const auto second = take_number(text, 2);
    if (!second || *second > 60) return std::nullopt;  // 60: a leap second counts as the next second
    nanoseconds out =
        std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
    if (!take_char(text, '.')) return out;
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    std::int64_t place = 100'000'000;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), place /= 10) {
        out += nanoseconds((text.front() - '0') * place);  // digits past the ninth add nothing
    }
    return out;
}

std::optional<nanoseconds> take_offset(std::string_view& text) {
    if (take_char(text, 'Z') || take_char(text, 'z')) return nanoseconds(0);
    const bool west = !text.empty() && text.front() == '-';
    if (!take_char(text, '+') && !take_char(text, '-')) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    const nanoseconds offset = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
    return west ? -offset : offset;
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text) {
    if (text.empty() || !is_digit(text.front())) return no_duration(text);
    double number = 0;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failed != std::errc()) return no_duration(text);
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    if (name.empty()) {
        return Error{quoted(text) + " has no unit; write " + sanitize(text, 32) +
                     "s for seconds, or ms, m, h, d"};
    }
    for (const Unit& unit : kUnits) {
        if (unit.name != name) continue;
        const double ns = number * static_cast<double>(unit.ns);
        if (!(ns <= static_cast<double>(kLongest))) return Error{quoted(text) + " is longer than 3650 days"};
        return nanoseconds(std::llround(ns));
    }
    return no_duration(text);
}

std::string format_duration(nanoseconds value) {
    if (value < nanoseconds(0)) {
        const bool lowest = value == nanoseconds::min();
        return "-" + format_duration(lowest ? nanoseconds::max() : -value);
    }
    constexpr std::array<Unit, 7> kShown{{{"ns", 1},
                                          {"µs", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", 1'000'000'000},
                                          {"min", 60'000'000'000},
                                          {"h", 3'600'000'000'000},
                                          {"d", 86'400'000'000'000}}};
    if (value.count() == 0) return "0 s";
    for (std::size_t i = 0; i < kShown.size(); ++i) {
        const double amount = static_cast<double>(value.count()) / static_cast<double>(kShown[i].ns);
        const int decimals = i == 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
        std::string text = fmt::format("{:.{}f}", amount, decimals);
        // Compared after rounding, so that 999.7 µs reads 1.00 ms and never 1000 µs.
        const bool last = i + 1 == kShown.size();
        const double step =
            last ? 0 : static_cast<double>(kShown[i + 1].ns) / static_cast<double>(kShown[i].ns);
        if (last || std::strtod(text.c_str(), nullptr) < step) {
            return text + " " + std::string(kShown[i].name);
        }
    }
    return "";
}

std::string format_time(system_clock::time_point value) {
    const auto day = std::chrono::floor<std::chrono::days>(value);
    const std::chrono::year_month_day date(day);
    const auto clock = std::chrono::floor<std::chrono::seconds>(value - day).count();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock / 3600,
                       clock / 60 % 60, clock % 60);
}

Result<system_clock::time_point> parse_time(std::string_view text) {
    std::string_view rest = text;
    const auto day = take_day(rest);
    const bool separated = day && (take_char(rest, 'T') || take_char(rest, 't') || take_char(rest, ' '));
    const auto clock = separated ? take_clock(rest) : std::nullopt;
    const auto offset = clock ? take_offset(rest) : std::nullopt;
    if (!offset || !rest.empty()) {
        return Error{quoted(text) + " is not a time; write it as 2026-11-23T10:00:00Z"};
    }
    return system_clock::time_point(
        std::chrono::duration_cast<system_clock::duration>(day->time_since_epoch() + *clock - *offset));
}

Result<system_clock::time_point> parse_day_end(std::string_view text) {
    std::string_view rest = text;
    const auto day = take_day(rest);
    if (!day || !rest.empty()) return Error{quoted(text) + " is not a day; write it as 2027-01-31"};
    return system_clock::time_point(
        std::chrono::duration_cast<system_clock::duration>((*day + std::chrono::days(1)).time_since_epoch()));
}

}  // namespace plumb
