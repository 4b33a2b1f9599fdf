// A look as outcomes of the dependency `task`, for windows: one with its facts and gauges, and one for each
// check, whose phase is the check's name. Several checks of one look may fail, an outcome only once.
#pragma once

#include "probes/task/section.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task {

inline constexpr std::string_view kTask = "task";  // the dependency, and its kind

// Phases are named by text that outlives the outcomes: here it is kept. Of checks of single dependencies
// ("sockets.database") those that come first by name are told one by one, so that both environments tell of
// the same; of the others the failed ones, as "sockets.others".
class LookOutcomes {
  public:
    std::vector<Outcome> of(const Look& look);

    static constexpr std::size_t kMostSingle = 24;

  private:
    std::string_view keep(std::string_view name);
    std::string_view phase_of(const Check& check);

    std::set<std::string, std::less<>> names_;
    std::set<std::string, std::less<>> single_;  // the checks of dependencies that are told one by one
};

}  // namespace plumb::task
