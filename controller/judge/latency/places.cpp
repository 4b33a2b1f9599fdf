#include "controller/judge/latency/places.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace plumb::judge {
namespace {

std::size_t place_in(std::string_view value, std::map<std::string_view, std::size_t>& known) {
    return known.emplace(value, known.size()).first->second;
}

// Values with two tasks and more, the most frequent first.
std::vector<std::string_view> frequent(const std::map<std::string_view, std::size_t>& counts) {
    std::vector<std::pair<std::string_view, std::size_t>> list;
    for (const auto& entry : counts) {
        if (entry.second >= 2 && !entry.first.empty()) list.push_back(entry);
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (list.size() > Places::kMostParts / 2 - 1) list.resize(Places::kMostParts / 2 - 1);
    std::vector<std::string_view> values;
    values.reserve(list.size());
    for (const auto& entry : list)
        values.push_back(entry.first);
    return values;
}

}  // namespace

Places::Places(const View& view) {
    std::map<std::string_view, std::size_t> zones;
    std::map<std::string_view, std::size_t> in_zone;
    std::map<std::string_view, std::size_t> in_revision;
    for (const TaskEvidence* task : view.candidate.tasks) {
        ++in_zone[label_of(task->labels, "zone")];
        ++in_revision[label_of(task->labels, "revision")];
    }
    parts_.push_back({});
    if (in_zone.size() > 1) {
        for (const auto value : frequent(in_zone)) {
            part_of_zone_.resize(place_in(value, zones) + 1);
            part_of_zone_.back() = parts_.size();
            parts_.push_back({Part::Kind::zone, value});
        }
    }
    std::map<std::string_view, std::size_t> revisions;
    if (in_revision.size() > 1) {
        for (const auto value : frequent(in_revision)) {
            has_revisions_ = true;
            revisions.emplace(value, parts_.size());
            parts_.push_back({Part::Kind::revision, value});
        }
    }
    for (const bool candidate : {false, true}) {
        const auto& tasks = (candidate ? view.candidate : view.baseline).cohort->tasks;
        first_[candidate] = tasks.data();
        for (const TaskEvidence& task : tasks) {
            const auto revision = revisions.find(label_of(task.labels, "revision"));
            places_[candidate].push_back({place_in(label_of(task.labels, "zone"), zones),
                                          candidate && revision != revisions.end() ? revision->second : 0, 0,
                                          0});
        }
        units_[candidate] = number_units(candidate, tasks, false);
        if (candidate && has_revisions_) units_of_parts_ = number_units(candidate, tasks, true);
    }
    zones_ = zones.size();
    part_of_zone_.resize(zones_);
}

// A side that names no host, or one for all, has its tasks as units.
std::size_t Places::number_units(bool candidate, const std::vector<TaskEvidence>& tasks, bool by_part) {
    std::set<std::string_view> hosts;
    for (const TaskEvidence& task : tasks)
        hosts.insert(label_of(task.labels, "host"));
    std::map<std::tuple<std::string_view, std::size_t, std::size_t>, std::size_t> known;
    std::size_t count = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        Place& place = places_[candidate][i];
        const std::string_view host = label_of(tasks[i].labels, "host");
        const bool shared = hosts.size() > 1 && !host.empty();
        std::size_t unit = count;
        if (shared)
            unit = known.try_emplace({host, place.zone, by_part ? place.part : 0}, count).first->second;
        if (unit == count) ++count;
        (by_part ? place.unit_of_part : place.unit) = unit;
    }
    return count;
}

Places::Place Places::of(const TaskEvidence& task, bool candidate) const {
    return places_[candidate][static_cast<std::size_t>(&task - first_[candidate])];
}

}  // namespace plumb::judge
