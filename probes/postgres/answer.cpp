#include "probes/postgres/answer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace plumb::postgres {
namespace {

constexpr double kMost = 1e18;

}  // namespace

std::optional<std::string> Table::cell(std::string_view column, std::size_t row) const {
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end() || row >= rows.size()) return std::nullopt;
    const auto index = static_cast<std::size_t>(found - columns.begin());
    return index < rows[row].size() ? rows[row][index] : std::nullopt;
}

std::optional<double> Table::number(std::string_view column, std::size_t row) const {
    const auto text = cell(column, row);
    if (!text) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    if (!(std::abs(value) <= kMost)) return std::nullopt;
    return value;
}

std::optional<double> Table::amount(std::string_view column, std::size_t row) const {
    const auto value = number(column, row);
    return value && *value >= 0 ? value : std::nullopt;
}

bool Table::is_true(std::string_view column) const {
    return cell(column) == "t";
}

}  // namespace plumb::postgres
