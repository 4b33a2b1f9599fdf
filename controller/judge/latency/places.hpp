// Where the tasks of a comparison stand, for the latency tests: their zone, the part of the candidate that
// they belong to, and with which others they share a fate. Holds views into the cohorts, which outlive it.
#pragma once

#include "controller/judge/evidence/view.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace plumb::judge {

// A part of the candidate that is compared on its own: a rollout in flight is two cohorts, and a zone may
// have a path of its own. Each part is one more test.
struct Part {
    enum class Kind { whole, zone, revision };
    Kind kind = Kind::whole;
    std::string_view value;
};

// Where the tasks of a view stand, numbered once for all phases.
class Places {
  public:
    explicit Places(const View& view);

    struct Place {
        std::size_t zone = 0;
        std::size_t part = 0;          // index of the revision in parts(); 0: none of those
        std::size_t unit = 0;          // tasks of one host and zone share its fate: one unit of evidence
        std::size_t unit_of_part = 0;  // the same among the tasks of one revision
    };
    Place of(const TaskEvidence& task, bool candidate) const;
    std::size_t units(bool candidate) const { return units_[candidate]; }
    std::size_t units_of_parts() const { return units_of_parts_; }  // of the candidate
    bool has_revisions() const { return has_revisions_; }           // among the parts
    std::size_t zones() const { return zones_; }
    // The whole first, then zones and revisions with two tasks and more; at most kMostParts.
    const std::vector<Part>& parts() const { return parts_; }
    static constexpr std::size_t kMostParts = 16;

    std::size_t part_of_zone(std::size_t zone) const { return part_of_zone_[zone]; }  // 0: not a part

  private:
    std::size_t number_units(bool candidate, const std::vector<TaskEvidence>& tasks, bool by_part);

    std::size_t zones_ = 0;
    bool has_revisions_ = false;
    std::vector<Part> parts_;
    std::vector<std::size_t> part_of_zone_;
    const TaskEvidence* first_[2] = {nullptr, nullptr};
    std::vector<Place> places_[2];
    std::size_t units_[2] = {0, 0};
    std::size_t units_of_parts_ = 0;
};

}  // namespace plumb::judge
