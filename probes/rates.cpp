#include "probes/rates.hpp"

#include <algorithm>

namespace plumb {

std::optional<double> Rates::look(std::string_view server, std::string_view counter, double total,
                                  Clock::time_point now) {
    auto key = std::pair(std::string(server), std::string(counter));
    const auto found = seen_.find(key);
    if (found == seen_.end()) {
        make_room();
        seen_.emplace(std::move(key), Seen{total, now});
        return std::nullopt;
    }
    auto& before = found->second;
    if (total < before.total) {
        before = {total, now};
        return std::nullopt;
    }
    if (now - before.at < kLeastApart) return std::nullopt;
    const double rate = (total - before.total) / std::chrono::duration<double>(now - before.at).count();
    before = {total, now};
    return rate;
}

void Rates::make_room() {
    if (seen_.size() < kMaxCounters) return;
    const auto oldest = std::min_element(
        seen_.begin(), seen_.end(), [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    seen_.erase(oldest);
}

}  // namespace plumb
