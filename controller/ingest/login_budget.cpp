#include "controller/ingest/login_budget.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace plumb::ingest {
namespace {

constexpr double kMostPerSecond = 1e6;
constexpr double kLeastPerSecond = 1.0 / 3600;

std::optional<double> seconds_of(std::string_view unit) {
    if (unit == "s") return 1;
    if (unit == "m") return 60;
    if (unit == "h") return 3600;
    return std::nullopt;
}

}  // namespace

Result<std::optional<double>> parse_login_budget(std::string_view text) {
    if (text == "none") return std::optional<double>();
    const auto slash = std::min(text.find('/'), text.size());
    const auto unit = seconds_of(text.substr(std::min(slash + 1, text.size())));
    double count = 0;
    const auto number = text.substr(0, slash);
    const auto read = std::from_chars(number.data(), number.data() + number.size(), count);
    const bool whole = read.ec == std::errc() && read.ptr == number.data() + number.size();
    if (!whole || !unit || !std::isfinite(count)) {
        return Error{
            fmt::format("{}: should be a number a second, minute or hour, as in 10/s, 30/m or 5/h; "
                        "or none",
                        quote_words(text))};
    }
    const double per_second = count / *unit;
    if (per_second < kLeastPerSecond || per_second > kMostPerSecond) {
        return Error{fmt::format("{}: should be 1/h to 1000000/s, or none", quote_words(text))};
    }
    return std::optional<double>(per_second);
}

double login_seconds_apart(std::size_t agents, double per_second) {
    return static_cast<double>(agents) / per_second;
}

struct LoginBudget::Counted {
    Key key;
    double per_second;
    std::atomic<std::size_t> agents{0};
};

LoginBudget::LoginBudget(std::optional<double> per_second) : per_second_(per_second) {}

LoginBudget::Share::Share(Share&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), counted_(std::move(other.counted_)) {}

LoginBudget::Share& LoginBudget::Share::operator=(Share&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(counted_, other.counted_);
    return *this;
}

LoginBudget::Share::~Share() {
    if (budget_ != nullptr) budget_->leave(*this);
}

const std::string& LoginBudget::Share::dependency(std::size_t at) const {
    return counted_.at(at)->key.second;
}

double LoginBudget::Share::seconds_apart(std::size_t at) const {
    const Counted& counted = *counted_.at(at);
    return login_seconds_apart(counted.agents.load(), counted.per_second);
}

LoginBudget::Share LoginBudget::join(const std::string& environment,
                                     const std::set<std::string>& dependencies) {
    Share share;
    if (!per_second_) return share;
    share.budget_ = this;
    const std::lock_guard lock(mutex_);
    for (const auto& dependency : dependencies) {
        Key key(environment, dependency);
        auto found = counted_.find(key);
        if (found == counted_.end()) {
            if (counted_.size() >= kMostCounted) continue;
            auto fresh = std::make_shared<Counted>();
            fresh->key = key;
            fresh->per_second = *per_second_;
            found = counted_.emplace(std::move(key), std::move(fresh)).first;
        }
        ++found->second->agents;
        share.counted_.push_back(found->second);
    }
    return share;
}

void LoginBudget::leave(const Share& share) {
    const std::lock_guard lock(mutex_);
    for (const auto& counted : share.counted_) {
        if (--counted->agents == 0) counted_.erase(counted->key);
    }
}

std::vector<LoginBudget::Row> LoginBudget::largest(std::size_t most) const {
    std::vector<Row> rows;
    {
        const std::lock_guard lock(mutex_);
        rows.reserve(counted_.size());
        for (const auto& [key, counted] : counted_) {
            const std::size_t agents = counted->agents.load();
            rows.push_back({key.first, key.second, agents, login_seconds_apart(agents, counted->per_second)});
        }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.agents > b.agents; });
    if (rows.size() > most) rows.resize(most);
    return rows;
}

}  // namespace plumb::ingest
