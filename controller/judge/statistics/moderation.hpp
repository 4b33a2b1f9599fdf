// Borrowed strength: how much tasks differ is hard to tell from two or six of them, and alike phases tell it
// together. The variances of a family are drawn towards what the family shows, as far as the family agrees
// (Smyth, Statistical Applications in Genetics and Molecular Biology 3, 2004: the empirical Bayes of limma).
#pragma once

#include <vector>

namespace plumb::judge {

struct Variance {
    double value = 0;  // ≥ 0
    double df = 0;     // > 0
};

struct Prior {
    double variance = 0;
    double df = 0;  // what the family's word is worth, in tasks
};

// `floor`: no family is surer than that. A family too small to tell how far it agrees gets a middling weight.
Prior fit_prior(const std::vector<Variance>& family, double floor);

// One member's variance with the family's: their mean by degrees of freedom. A member of no degrees (one task
// a side) has the family's.
Variance moderated(const Variance& own, const Prior& prior);

}  // namespace plumb::judge
