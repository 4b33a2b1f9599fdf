#include "controller/judge/statistics/ranking.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace plumb::judge {
namespace {

constexpr std::int64_t kCount = 20;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<std::int64_t> as_count(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

Order order(int difference) {
    return difference < 0 ? Order::lower : difference > 0 ? Order::higher : Order::same;
}

}  // namespace

Layer layer_of_fact(std::string_view name, std::string_view kind) {
    if (kind == "task") return Layer::task;
    if (name.starts_with("dns.")) return Layer::resolve;
    if (name.starts_with("tcp.")) return Layer::connect;
    if (name.starts_with("tls.")) return Layer::handshake;
    return Layer::server;
}

Order natural_order(std::string_view a, std::string_view b) {
    const auto count_a = as_count(a);
    const auto count_b = as_count(b);
    if (count_a && count_b) {
        const bool neighbours = *count_a >= kCount && *count_b >= kCount &&
                                std::max(*count_a, *count_b) - std::min(*count_a, *count_b) <= 1;
        if (neighbours || *count_a == *count_b) return Order::same;
        return *count_a < *count_b ? Order::lower : Order::higher;
    }
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const auto digits_a = take_digits(a);
            const auto digits_b = take_digits(b);
            if (digits_a.size() != digits_b.size()) {
                return digits_a.size() < digits_b.size() ? Order::lower : Order::higher;
            }
            if (const int difference = digits_a.compare(digits_b); difference != 0) return order(difference);
        } else {
            if (a.front() != b.front()) return a.front() < b.front() ? Order::lower : Order::higher;
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.empty() && b.empty() ? Order::same : a.empty() ? Order::lower : Order::higher;
}

}  // namespace plumb::judge
