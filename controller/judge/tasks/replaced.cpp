// Replacement loops. A rolling deployment replaces each task once, by one of another revision; a loop fills
// the same place again and again with the same revision.
#include "controller/judge/tasks/vanished.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace plumb::judge {
namespace {

constexpr long kShortLife = 20;  // windows: what lives longer is scaled in, not thrown out
constexpr long kSuccessor = 10;  // windows until the place is filled again

struct Life {
    const TaskEvidence* task = nullptr;
    Time begin;
    Time end;
    bool gone = false;
    Time::duration window{};
    Time::duration lived() const { return end - begin; }
    bool ended_soon() const { return gone && lived() <= kShortLife * window; }
};

struct Place {  // one place of the service, filled anew
    std::vector<Life> lives;
    Time::duration longest{};  // of those that ended
};

Life life_of(const TaskEvidence& task, bool gone) {
    const auto window = std::max(task.window_length, std::chrono::milliseconds(1));
    Life life{&task, task.first_window - window, task.last_window, gone, window};
    // It may have begun before the range.
    if (task.age.count() > 0) life.begin = std::min(life.begin, task.last_window - task.age);
    return life;
}

// In time, and not at its side: a balancer's replacement may start before the old one is stopped.
bool follows(const Life& next, const Life& before) {
    return before.ended_soon() && next.begin >= before.begin + before.lived() / 2 &&
           next.begin <= before.end + kSuccessor * before.window;
}

std::vector<Place> places(std::vector<Life> lives) {
    std::sort(lives.begin(), lives.end(), [](const Life& a, const Life& b) {
        return std::tie(a.begin, a.end, a.task->agent) < std::tie(b.begin, b.end, b.task->agent);
    });
    std::vector<Place> out;
    for (const Life& life : lives) {
        const auto place = std::find_if(out.begin(), out.end(),
                                        [&](const Place& each) { return follows(life, each.lives.back()); });
        Place& to = place == out.end() ? out.emplace_back() : *place;
        to.lives.push_back(life);
        if (life.ended_soon()) to.longest = std::max(to.longest, life.lived());
    }
    return out;
}

// One that lives twice as long as those before it is the end of the loop.
bool still_turns(const Place& place, Time now) {
    const Life& last = place.lives.back();
    if (last.gone) return last.ended_soon() && now - last.end <= kSuccessor * last.window;
    return last.lived() < 2 * place.longest;
}

std::optional<ReplacementLoop> loop_among(std::vector<Life> lives, Time now) {
    ReplacementLoop loop;
    Time::duration longest{};
    for (const Place& place : places(std::move(lives))) {
        const std::size_t turns = place.lives.size() - 1;
        if (turns == 0 || !still_turns(place, now)) continue;
        loop.turns = std::max(loop.turns, turns);
        longest = std::max(longest, place.longest);
        for (const Life& life : place.lives) {
            if (life.ended_soon()) loop.ended.push_back(life.task);
        }
    }
    loop.longest = std::chrono::duration_cast<std::chrono::seconds>(longest);
    if (loop.turns < kLoopTurns || loop.ended.size() < kLoopEnded) return std::nullopt;
    return loop;
}

const std::string* label(const TaskEvidence& task, const char* name) {
    const auto found = task.labels.find(name);
    return found == task.labels.end() ? nullptr : &found->second;
}

}  // namespace

std::optional<ReplacementLoop> loop_of(const SideView& side, const std::string& service) {
    std::map<std::string, std::vector<Life>> revisions;
    for (const bool gone : {true, false}) {
        for (const TaskEvidence* task : gone ? side.gone : side.tasks) {
            const std::string* own = label(*task, "service");
            // Without its name a restarted agent looks like another task.
            if (label(*task, "task") == nullptr || (own == nullptr ? "" : *own) != service) continue;
            const std::string* revision = label(*task, "revision");
            revisions[revision == nullptr ? "" : *revision].push_back(life_of(*task, gone));
        }
    }
    std::optional<ReplacementLoop> largest;
    for (auto& [revision, lives] : revisions) {
        auto loop = loop_among(std::move(lives), side.now);
        if (loop && (!largest || loop->ended.size() > largest->ended.size())) largest = std::move(loop);
    }
    return largest;
}

}  // namespace plumb::judge
