#include "probes/memcached/answer.hpp"

#include "probes/peer_words.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace plumb::memcached {

namespace {

using net::Failed;

// The part behind `word` and a space, or nothing.
std::optional<std::string_view> after(std::string_view line, std::string_view word) {
    if (!line.starts_with(word)) return std::nullopt;
    line.remove_prefix(word.size());
    if (!line.starts_with(' ')) return std::nullopt;
    return line.substr(1);
}

bool is_error(std::string_view line) {
    return line == "ERROR" || after(line, "ERROR") || after(line, "CLIENT_ERROR") ||
           after(line, "SERVER_ERROR");
}

Failed no_answer(std::string_view line, std::string_view command) {
    if (is_error(line)) return {Cause::peer_unexpected, peer_words(line)};
    return {Cause::peer_garbage, fmt::format("that is no answer of memcached to {}", command)};
}

}  // namespace

net::IoResult<std::optional<std::string>> LineReader::take() {
    const std::size_t end = pending_.find('\n');
    if (std::min(end, pending_.size()) > kMaxLine) {
        return Failed(Cause::peer_too_large, fmt::format("a line of more than {} bytes", kMaxLine));
    }
    if (end == std::string::npos) return std::optional<std::string>();
    std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return std::optional(std::move(line));
}

net::IoResult<std::string> parse_version(std::string_view line) {
    const auto version = after(line, "VERSION");
    if (!version || version->empty()) return no_answer(line, "version");
    return std::string(*version);
}

net::IoResult<bool> Statistics::add(std::string_view line) {
    if (line == "END") return false;
    const auto statistic = after(line, "STAT");
    if (!statistic) return no_answer(line, "stats");
    if (values_.size() >= kMaxStatistics) {
        return Failed(Cause::peer_too_large, fmt::format("more than {} statistics", kMaxStatistics));
    }
    const std::size_t space = std::min(statistic->find(' '), statistic->size());
    const std::string_view value = statistic->substr(std::min(space + 1, statistic->size()));
    values_.insert_or_assign(std::string(statistic->substr(0, space)), std::string(value));
    return true;
}

std::optional<double> Statistics::number(std::string_view name) const {
    const std::string_view digits = text(name);
    double value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    if (!std::isfinite(value) || value < 0) return std::nullopt;
    return value;
}

std::string_view Statistics::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace plumb::memcached
