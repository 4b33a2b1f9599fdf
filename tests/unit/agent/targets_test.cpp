#include "agent/check/targets.hpp"

#include "tests/unit/agent/fakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

CheckTargets choose(const CheckOptions& options, const EnvironmentPairs& variables = {},
                    const Config* config = nullptr) {
    const auto environment = test::variables({variables.begin(), variables.end()});
    return choose_targets(options, config, variables, environment, test::small_registry);
}

TEST(CheckTargets, flags_take_the_place_of_discovery) {
    CheckOptions options;
    options.targets = {"cache=redis://cache:6379/0", "db=env:MY_DB"};
    const auto chosen =
        choose(options, {{"MY_DB", "postgres://a:b@db/x?pool=3"}, {"OTHER_URL", "redis://x"}});
    EXPECT_THAT(chosen.errors, IsEmpty());
    ASSERT_THAT(chosen.targets, SizeIs(2));
    EXPECT_EQ(chosen.targets[1].url.password.reveal(), "b");
    EXPECT_THAT(chosen.targets[1].note, HasSubstr("pool"));
    EXPECT_FALSE(chosen.discovered);
}

TEST(CheckTargets, nothing_to_check_teaches_how_to_name_a_target) {
    const auto chosen = choose({});
    ASSERT_THAT(chosen.errors, SizeIs(1));
    EXPECT_THAT(chosen.errors[0], HasSubstr("nothing to check"));
    EXPECT_THAT(chosen.errors[0], HasSubstr("--target database=env:DATABASE_URL"));
}

TEST(CheckTargets, only_keeps_the_named_and_an_unknown_name_lists_the_known) {
    CheckOptions options;
    options.targets = {"a=tcp://x:1", "b=tcp://x:2"};
    options.only = {"b"};
    ASSERT_THAT(choose(options).targets, SizeIs(1));
    options.only = {"c"};
    EXPECT_THAT(choose(options).errors,
                ElementsAre("--only: there is no dependency 'c'; the known ones are: a, b"));
}

TEST(CheckTargets, a_variable_is_read_as_discovery_reads_it) {
    CheckOptions options;
    options.targets = {"a=env:ALCHEMY", "b=env:JDBC"};
    const auto chosen = choose(options, {{"ALCHEMY", "postgresql+asyncpg://app:pw@db/x?pool=5"},
                                         {"JDBC", "jdbc:postgresql://db:5432/x?user=app&password=pw"}});
    ASSERT_THAT(chosen.errors, ElementsAre());
    EXPECT_EQ(chosen.targets[0].url.scheme, "postgresql");
    EXPECT_EQ(chosen.targets[0].note, "options of the app's own driver were left out: pool");
    EXPECT_EQ(chosen.targets[1].url.user, "app");
    EXPECT_EQ(chosen.targets[1].url.password.reveal(), "pw");
    EXPECT_EQ(chosen.targets[1].note, "");
}

TEST(CheckTargets, a_name_given_twice_is_refused) {
    CheckOptions options;
    options.targets = {"a=tcp://x:1", "a=tcp://x:2"};
    EXPECT_THAT(choose(options).errors,
                ElementsAre("--target a: the dependency 'a' is given twice; give each its own name"));
}

TEST(CheckTargets, every_bad_flag_is_named_and_no_password_is_shown) {
    CheckOptions options;
    options.targets = {"postgres://app:hunter2@db/x?a=b", "a=env:NOPE", "b=postgres://app:hunter2@db:99999/x",
                       "=tcp://x:1", "c=file:/does/not/exist"};
    const auto chosen = choose(options);
    EXPECT_THAT(chosen.errors, SizeIs(5));
    for (const auto& error : chosen.errors)
        EXPECT_THAT(error, Not(HasSubstr("hunter2")));
    EXPECT_EQ(chosen.errors[0],
              "--target needs NAME=URL, NAME=env:VAR or NAME=file:PATH, as in cache=redis://cache:6379/0");
    EXPECT_THAT(chosen.errors[1], HasSubstr("--target a: the environment variable NOPE is not set"));
}

TEST(CheckTargets, the_file_gives_targets_and_resolvers_and_flags_add_to_it) {
    Config config;
    TargetSpec spec;
    spec.dependency = "cache";
    config.targets = {spec};
    config.resolvers = {"10.0.0.2:53"};
    CheckOptions options;
    options.targets = {"b=tcp://x:2"};
    EXPECT_THAT(choose(options, {}, &config).targets, SizeIs(2));
    EXPECT_THAT(choose(options, {}, &config).resolvers, ElementsAre("10.0.0.2:53"));
    options.resolvers = {"10.0.0.3:53"};
    EXPECT_THAT(choose(options, {}, &config).resolvers, ElementsAre("10.0.0.3:53"));
}

}  // namespace
}  // namespace plumb::agent
