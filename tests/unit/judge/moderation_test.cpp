#include "controller/judge/statistics/moderation.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

// Sample variances of `df` degrees; `differ`: how the true variances scatter, in ln.
std::vector<Variance> family(std::size_t size, double df, double differ) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> scatter(0, 1);
    std::chi_squared_distribution<double> sample(df);
    std::vector<Variance> out;
    for (std::size_t i = 0; i < size; ++i)
        out.push_back({0.01 * std::exp(differ * scatter(random)) * sample(random) / df, df});
    return out;
}

TEST(Moderation, a_family_that_agrees_speaks_louder_than_one_that_does_not) {
    const Prior alike = fit_prior(family(200, 6, 0), 1e-6);
    const Prior unlike = fit_prior(family(200, 6, 1), 1e-6);
    EXPECT_GT(alike.df, 20);
    EXPECT_EQ(unlike.df, 6) << "and is heard all the same";
    EXPECT_NEAR(alike.variance, 0.01, 0.0025);
}

TEST(Moderation, a_family_of_few_has_a_middling_word) {
    EXPECT_EQ(fit_prior(family(3, 6, 0), 1e-6).df, 8);
    EXPECT_EQ(fit_prior({}, 0.0036).variance, 0.0036);
}

TEST(Moderation, one_member_that_changed_does_not_make_the_others_unsure) {
    auto of = family(20, 6, 0);
    const double before = fit_prior(of, 1e-6).variance;
    of[3].value = 100;
    EXPECT_NEAR(fit_prior(of, 1e-6).variance, before, 0.3 * before);
}

TEST(Moderation, no_family_is_surer_than_the_floor) {
    EXPECT_EQ(fit_prior(family(20, 6, 0), 0.5).variance, 0.5);
}

TEST(Moderation, a_member_is_drawn_towards_its_family) {
    const Variance few = moderated({0.04, 2}, {0.01, 6});
    EXPECT_DOUBLE_EQ(few.value, 0.0175);
    EXPECT_DOUBLE_EQ(few.df, 8);
    EXPECT_DOUBLE_EQ(moderated({0, 0}, {0.01, 6}).value, 0.01) << "no task to differ from";
}

}  // namespace
}  // namespace plumb::judge::test
