// What a server counts since its start → rates between two looks at it. A Probe lives between its runs and
// keeps one of these.
#pragma once

#include "probes/run.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace plumb {

class Rates {
  public:
    // Growth a second since an earlier look at the same counter of the same server. `server` is what tells
    // one process from another: an id that a restart changes, or else the address. nullopt: nothing to
    // compare with, the earlier look was less than kLeastApart ago (it stays the one to compare with), or the
    // counter went back.
    std::optional<double> look(std::string_view server, std::string_view counter, double total,
                               Clock::time_point now);

    // Nearer together the rate would be that of a moment.
    static constexpr std::chrono::milliseconds kLeastApart{100};
    // A name may lead to many servers, and each restart is another one: the longest unseen are forgotten.
    static constexpr std::size_t kMaxCounters = 256;

  private:
    struct Seen {
        double total = 0;
        Clock::time_point at;
    };
    void make_room();

    std::map<std::pair<std::string, std::string>, Seen> seen_;
};

}  // namespace plumb
