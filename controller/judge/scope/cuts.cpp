#include "controller/judge/scope/cuts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

namespace plumb::judge {
namespace {

constexpr std::array<const char*, 5> kPlaces{"zone", "subnet", "revision", "image", "host"};
constexpr std::size_t kValuesTogether = 4;
constexpr std::size_t kTasksTogether = 32;
constexpr double kTwoWords = 2;  // nats: two labels that coincide are less likely than one
constexpr double kNoPlace = 3;   // tasks that share nothing are the last explanation

// A fixed number for each task, so that sums of them tell sets of tasks apart.
std::uint64_t mark(std::size_t row) {
    std::uint64_t x = (static_cast<std::uint64_t>(row) + 1) * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

struct Group {
    Sums sums;
    std::uint64_t members = 0;
    void add(const TaskReading& reading, std::size_t row) {
        sums.add(reading);
        members += mark(row);
    }
    void add(const Group& other) {
        sums.tasks += other.sums.tasks;
        sums.n += other.sums.n;
        sums.k += other.sums.k;
        sums.nn += other.sums.nn;
        sums.nk += other.sums.nk;
        sums.kk += other.sums.kk;
        members += other.members;
    }
};

struct Column {  // one label
    std::size_t place = 0;
    std::vector<std::string> values;  // by name
    std::vector<std::size_t> of;      // by task; values.size(): it lacks the label
    std::vector<Group> groups;        // by value
    double cost() const { return std::log(static_cast<double>(values.size())); }
};

// Empty when the label does not tell the tasks apart.
Column column_of(std::size_t place, const std::vector<TaskReading>& readings) {
    Column column;
    column.place = place;
    std::map<std::string, std::size_t> index;
    const std::string label = kPlaces.at(place);
    std::vector<std::string> own;
    own.reserve(readings.size());
    for (const TaskReading& each : readings) {
        own.push_back(label_of(each.task->labels, label));
        if (!own.back().empty()) index.emplace(own.back(), 0);
    }
    for (auto& [value, position] : index) {
        position = column.values.size();
        column.values.push_back(value);
    }
    column.groups.resize(column.values.size());
    for (std::size_t row = 0; row < readings.size(); ++row) {
        const auto found = index.find(own[row]);
        column.of.push_back(found == index.end() ? column.values.size() : found->second);
        if (found != index.end()) column.groups[found->second].add(readings[row], row);
    }
    const bool tells = std::any_of(column.groups.begin(), column.groups.end(), [&](const Group& group) {
        return group.sums.tasks < static_cast<double>(readings.size());
    });
    if (!tells) column.values.clear();
    return column;
}

// Whether each value of `a` lies within one value of `b`, as hosts lie in zones: a pair then says no more.
bool refines(const Column& a, const Column& b) {
    std::vector<std::optional<std::size_t>> within(a.values.size());
    for (std::size_t row = 0; row < a.of.size(); ++row) {
        if (a.of[row] == a.values.size()) continue;
        auto& known = within[a.of[row]];
        if (known && *known != b.of[row]) return false;
        known = b.of[row];
    }
    return true;
}

class Gathering {
  public:
    explicit Gathering(const std::vector<TaskReading>& readings) : readings_(readings) {
        for (const TaskReading& each : readings)
            result_.all.add(each);
        for (std::size_t place = 0; place < kPlaces.size(); ++place) {
            Column column = column_of(place, readings);
            if (!column.values.empty()) columns_.push_back(std::move(column));
        }
        choice_ = std::log(static_cast<double>(std::max<std::size_t>(columns_.size(), 1)));
    }

    Cuts all() && {
        for (const Column& column : columns_)
            add_values(column);
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            for (std::size_t j = i + 1; j < columns_.size(); ++j)
                add_pairs(columns_[i], columns_[j]);
        }
        add_tasks();
        return std::move(result_);
    }

  private:
    void add(CutKind kind, std::size_t place, Labels labels, double cost, const Group& group) {
        const Sums outside = result_.all.without(group.sums);
        if (group.sums.tasks < 0.5 || outside.tasks < 0.5) return;
        if (group.sums.level() <= outside.level()) return;
        result_.cuts.push_back({kind, place, std::move(labels), cost, group.sums, group.members});
    }

    // Single values, and the highest few together.
    void add_values(const Column& column) {
        const std::string label = kPlaces.at(column.place);
        for (std::size_t i = 0; i < column.values.size(); ++i)
            add(CutKind::value, column.place, {{label, column.values[i]}}, choice_ + column.cost(),
                column.groups[i]);
        std::vector<std::size_t> order(column.values.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return column.groups[a].sums.level() > column.groups[b].sums.level();
        });
        Group together;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < std::min(order.size(), kValuesTogether); ++i) {
            together.add(column.groups[order[i]]);
            names.push_back(column.values[order[i]]);
            if (i == 0) continue;
            const double cost = choice_ + static_cast<double>(i + 1) * column.cost() + kTwoWords;
            add(CutKind::values, column.place, {{label, in_a_row(names)}}, cost, together);
        }
    }

    void add_pairs(const Column& a, const Column& b) {
        if (refines(a, b) || refines(b, a)) return;
        std::map<std::pair<std::size_t, std::size_t>, Group> groups;
        for (std::size_t row = 0; row < readings_.size(); ++row) {
            if (a.of[row] == a.values.size() || b.of[row] == b.values.size()) continue;
            groups[{a.of[row], b.of[row]}].add(readings_[row], row);
        }
        for (const auto& [key, group] : groups) {
            const auto [one, two] = key;
            // A value that lies within the other one alone says the same in fewer words.
            if (group.members == a.groups[one].members || group.members == b.groups[two].members) continue;
            Labels labels{{kPlaces.at(a.place), a.values[one]}, {kPlaces.at(b.place), b.values[two]}};
            add(CutKind::pair, a.place * kPlaces.size() + b.place, std::move(labels),
                choice_ + a.cost() + b.cost() + kTwoWords, group);
        }
    }

    // The tasks that stand out most, by name: when no place explains them.
    void add_tasks() {
        std::vector<std::size_t> order(readings_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto level = [&](std::size_t row) {
            return readings_[row].n > 0 ? readings_[row].k / readings_[row].n : 0;
        };
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return level(a) > level(b); });
        Group together;
        std::vector<std::string> names;
        const double each = std::log(static_cast<double>(std::max<std::size_t>(readings_.size(), 1)));
        for (std::size_t i = 0; i < std::min(order.size() / 2, kTasksTogether); ++i) {
            together.add(readings_[order[i]], order[i]);
            names.push_back(task_name(*readings_[order[i]].task));
            const double cost = static_cast<double>(i + 1) * each + (i > 0 ? kTwoWords : 0) + kNoPlace;
            add(CutKind::tasks, kPlaces.size(), {{"task", in_a_row(names)}}, cost, together);
        }
    }

    const std::vector<TaskReading>& readings_;
    std::vector<Column> columns_;
    double choice_ = 0;
    Cuts result_;
};

}  // namespace

void Sums::add(const TaskReading& reading) {
    tasks += 1;
    n += reading.n;
    k += reading.k;
    nn += reading.n * reading.n;
    nk += reading.n * reading.k;
    kk += reading.k * reading.k;
}

Sums Sums::without(const Sums& part) const {
    return {tasks - part.tasks, n - part.n, k - part.k, nn - part.nn, nk - part.nk, kk - part.kk};
}

double Sums::residual() const {
    return std::max(0.0, kk - 2 * level() * nk + level() * level() * nn);
}

Cuts cuts_of(const std::vector<TaskReading>& readings) {
    return Gathering(readings).all();
}

std::string in_a_row(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i)
        out += (i == 0 ? "" : ",") + names[i];
    return out;
}

std::string joined(std::vector<std::string> names) {
    const std::size_t more = names.size() - std::min(names.size(), kValuesTogether);
    std::sort(names.begin(), names.end());
    names.resize(names.size() - more);
    return in_a_row(std::move(names)) + (more == 0 ? "" : " and " + std::to_string(more) + " more");
}

bool lists(std::string_view names, std::string_view one) {
    for (std::size_t at = names.find(one); at != std::string_view::npos; at = names.find(one, at + 1)) {
        const std::size_t end = at + one.size();
        const bool begins = at == 0 || names[at - 1] == ',';
        if (begins && (end == names.size() || names[end] == ',')) return true;
    }
    return false;
}

std::string task_name(const TaskEvidence& task) {
    const std::string& name = label_of(task.labels, "task");
    return name.empty() ? task.agent : name;
}

}  // namespace plumb::judge
