// One area of the evidence about the task itself: its limits, its image, its sockets …
//
// A look reads what the kernel and the image say and adds it to `look`: facts, gauges with their limits, and
// checks: what is wrong whatever the other environment shows. What cannot be read is left out; nothing here
// fails for it, and nothing throws.
//
// Threads: a look may read a thousand small files and blocks meanwhile, so sections live on a thread of their
// own and are only ever used there, one look at a time. What a section remembers between looks (rates, what
// grows) is its own.
#pragma once

#include "model/outcome.hpp"
#include "model/sources.hpp"
#include "probes/run.hpp"

#include <string>
#include <vector>

namespace plumb::task {

// A question that the task's own evidence answers by itself: nothing was killed for its memory, no connection
// leaks. It becomes a run of the phase `name`, of no duration, that fails with its cause.
struct Check {
    std::string name;  // "memory", "sockets.database": small letters, digits, '.', '_' and '-'
    Cause cause = Cause::unknown;
    bool failed = false;
    std::string detail;  // of a failed one: for people, with the numbers; no secret
};

struct Look {
    Outcome evidence;  // only its facts and gauges are filled in
    std::vector<Check> checks;
    bool whole = false;  // what hardly changes is in it, too: it was a look at Depth::inspect
};

inline bool unfinished(const Look& look) {
    return look.evidence.find_fact(kUnfinishedLook) != nullptr;
}

class Section {
  public:
    virtual ~Section() = default;
    // Depth::inspect reads everything; less than that, what is cheap and changes: gauges and checks.
    virtual void look(Look& look, Depth depth) = 0;
};

}  // namespace plumb::task
