// What the gates of a campaign add up to: figures beside their targets, baselines beside the judge, and every
// loss by name.
#pragma once

#include "tests/lab/sim/campaign.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plumb::lab {

// k of n.
struct Count {
    std::size_t hits = 0;
    std::size_t of = 0;
    void add(bool hit) {
        hits += hit ? 1U : 0U;
        ++of;
    }
    double share() const { return of == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(of); }
};

// Clopper and Pearson's one-sided 95 % upper bound of the share.
double upper_bound(const Count& count);

inline constexpr int kNever = 1'000'000;

struct Windows {  // needed; kNever where the answer was not right in the end
    std::vector<int> needed;
    void add(int windows) { needed.push_back(windows > 0 ? windows : kNever); }
    int quantile(double q) const;  // nearest rank; 0 when there is none
};
std::string in_words(const Windows& windows);  // "median 1, 95th never"

struct AaScore {
    Fleet fleet;
    Count holds;
    Count insufficient;
};

struct GroupScore {
    Group group = Group::hard;
    Count right;  // verdict
    Count found;
    Count first;
    Count layer;  // this and the next among those found
    Count category;
    Count cause;
    Count scope;
    Count one_finding;  // that holds
    Count inconclusive;
    Count warns;  // beside, or instead of, what holds
    Windows windows;
};

struct RivalScore {
    std::string name;
    Count false_holds;  // A/A
    Count decoys;       // that it holds; ours after any window, theirs after the last
    Count hard;         // found, and named first
    Count soft;
    Count latency;
    Count others;
    Windows windows;
};

struct Measure {
    std::string name;
    std::string value;
    std::string target;
    std::optional<bool> met;  // none: nothing was measured
};

struct Loss {
    std::string scenario;
    std::string fleet;
    std::string what;
    std::string shown_by;  // options of the program
};

struct Scores {
    std::vector<AaScore> aa;
    std::vector<GroupScore> groups;
    std::vector<RivalScore> rivals;  // ours first
    std::vector<Measure> measures;
    std::vector<Loss> misses;  // answers of ours that are wrong in some way, one a scenario and fleet
    std::vector<Loss> behind;  // where a baseline found what ours did not, or was faster
    bool missed() const;       // some target
};

Scores score(const Results& results, const Plan& plan);

// Parts of score().
std::vector<Measure> measures_of(const Scores& scores, const Results& results);
std::vector<RivalScore> rivals_of(const Results& results);
std::vector<Loss> misses_of(const Results& results, const Plan& plan);
std::vector<Loss> behind_of(const Results& results, const std::vector<RivalScore>& rivals);

}  // namespace plumb::lab
