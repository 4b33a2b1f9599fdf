#include "probes/task/variables/variables.hpp"

#include "probes/task/variables/facts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<Variable> variables(std::vector<std::pair<std::string, std::string>> pairs) {
    std::vector<Variable> out;
    for (auto& [name, value] : pairs)
        out.push_back({name, Secret(value)});
    return out;
}

Outcome described(std::vector<std::pair<std::string, std::string>> pairs,
                  const VariableSettings& settings = {}, const AwsPlace& own = {}) {
    Outcome outcome;
    describe_variables(variables(std::move(pairs)), settings, own, outcome);
    EXPECT_TRUE(undeclared(variables_catalog(), outcome).empty());
    return outcome;
}

std::string value_of(const Outcome& outcome, std::string_view name) {
    const auto* fact = outcome.find_fact(name);
    return fact == nullptr ? "none" : fact->value;
}

FactClass class_of(const Outcome& outcome, std::string_view name) {
    return outcome.find_fact(name)->cls;
}

VariableSettings with_key() {
    VariableSettings settings;
    settings.key = Secret("0123456789abcdef0123456789abcdef");
    return settings;
}

TEST(Environ, is_read_as_the_kernel_gives_it) {
    using namespace std::string_view_literals;
    const auto all = parse_environ("A=1\0B=x=y\0nonsense\0=C:\0A=2\0EMPTY=\0"sv);
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[0].value.reveal(), "1");
    EXPECT_EQ(all[1].value.reveal(), "x=y");
    EXPECT_EQ(all[2].name, "EMPTY");
}

TEST(Variables, presence_and_shape_must_match) {
    const auto seen = described({{"PAYMENTS_URL", "http://payments/"}, {"WORKERS", "8"}});
    EXPECT_EQ(value_of(seen, "env.PAYMENTS_URL"), "http URL");
    EXPECT_EQ(class_of(seen, "env.PAYMENTS_URL"), FactClass::must_match);
    EXPECT_EQ(value_of(seen, "env.WORKERS"), "number");
}

TEST(Variables, without_a_key_there_is_no_fingerprint) {
    const auto seen = described({{"DB_PASSWORD", "hunter2"}, {"MODE", "fast"}});
    EXPECT_THAT(seen.facts, Each(Field(&Fact::name, Not(::testing::EndsWith(".value")))));
}

TEST(Variables, a_fingerprint_is_cut_keyed_and_of_its_name) {
    const auto settings = with_key();
    const auto seen = described({{"A", "same"}, {"B", "same"}}, settings);
    EXPECT_THAT(value_of(seen, "env.A.value"), SizeIs(8));
    EXPECT_NE(value_of(seen, "env.A.value"), value_of(seen, "env.B.value"));
    auto other = with_key();
    other.key = Secret("fedcba9876543210fedcba9876543210");
    EXPECT_NE(value_of(described({{"A", "same"}}, other), "env.A.value"), value_of(seen, "env.A.value"));
    EXPECT_EQ(value_of(described({{"A", "same"}}, with_key()), "env.A.value"), value_of(seen, "env.A.value"));
    // RFC 2104 with SHA-256, as `printf 'A=same' | openssl dgst -sha256 -hmac KEY` computes it.
    EXPECT_EQ(fingerprint(Secret("key"), "A", Secret("same")), "ad7896f8");
}

TEST(Variables, secrets_must_differ_and_listed_values_must_match) {
    auto settings = with_key();
    settings.must_match = {"LOG_LEVEL"};
    settings.secrets = {"LICENCE"};
    const auto seen = described({{"DB_PASSWORD", "a"},
                                 {"DATABASE_URL", "postgres://app:pw@db/x"},
                                 {"LOG_LEVEL", "info"},
                                 {"LICENCE", "l"},
                                 {"MODE", "fast"},
                                 {"USE_TOKEN", "true"}},
                                settings);
    EXPECT_EQ(class_of(seen, "env.DB_PASSWORD.value"), FactClass::must_differ);
    EXPECT_EQ(class_of(seen, "env.DATABASE_URL.value"), FactClass::must_differ);
    EXPECT_EQ(class_of(seen, "env.LICENCE.value"), FactClass::must_differ);
    EXPECT_EQ(class_of(seen, "env.LOG_LEVEL.value"), FactClass::must_match);
    EXPECT_EQ(class_of(seen, "env.MODE.value"), FactClass::informational);
    EXPECT_EQ(class_of(seen, "env.USE_TOKEN.value"), FactClass::informational);
}

TEST(Variables, a_required_one_that_is_absent_or_empty_is_told) {
    VariableSettings settings;
    settings.required = {"DATABASE_URL", "STRIPE_KEY", "QUEUE"};
    const auto seen = described({{"DATABASE_URL", "postgres://db/x"}, {"STRIPE_KEY", " "}}, settings);
    EXPECT_EQ(value_of(seen, "env.DATABASE_URL"), "postgres URL");
    EXPECT_EQ(value_of(seen, "env.STRIPE_KEY"), kMissing);
    EXPECT_EQ(value_of(seen, "env.QUEUE"), kMissing);
    EXPECT_EQ(class_of(seen, "env.QUEUE"), FactClass::required);
}

TEST(Variables, a_place_is_told_as_its_own_or_by_name) {
    const AwsPlace own{"111122223333", "eu-west-1"};
    const auto arn = [](const char* account) {
        return fmt::format("arn:aws:sns:eu-west-1:{}:orders", account);
    };
    const auto seen = described({{"TOPIC", arn("111122223333")}, {"OTHER", arn("999900001111")}}, {}, own);
    EXPECT_EQ(value_of(seen, "env.TOPIC.place"), "its own account, its own region");
    EXPECT_EQ(value_of(seen, "env.OTHER.place"), "account 999900001111, its own region");
    EXPECT_EQ(value_of(described({{"TOPIC", arn("111122223333")}}), "env.TOPIC.place"),
              "account 111122223333, region eu-west-1");
}

TEST(Variables, what_the_platform_sets_and_what_is_ignored_is_left_out) {
    VariableSettings settings = with_key();
    settings.ignored = {"FEATURE_*", "BUILD"};
    const auto seen = described({{"HOSTNAME", "x"},
                                 {"ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x"},
                                 {"DB_PORT_5432_TCP_ADDR", "10.0.0.1"},
                                 {"FEATURE_X", "1"},
                                 {"BUILD", "7"},
                                 {"THE_KEY", "0123456789abcdef0123456789abcdef"}},
                                settings);
    EXPECT_THAT(seen.facts, SizeIs(0));
}

TEST(Variables, many_are_bounded_and_the_required_come_first) {
    VariableSettings settings;
    settings.required = {"ZZZ"};
    std::vector<std::pair<std::string, std::string>> pairs{{"ZZZ", "1"}};
    for (int i = 0; i < 500; ++i)
        pairs.emplace_back(fmt::format("V{:03}", i), "x");
    const auto seen = described(pairs, settings);
    EXPECT_EQ(value_of(seen, "env.ZZZ"), "number");
    EXPECT_THAT(seen.facts, SizeIs(kMaxVariables + 1));
    const auto others = value_of(seen, "task.other_variables");
    EXPECT_THAT(others, ::testing::StartsWith("405 more, "));
    pairs.back().first = "V999";
    EXPECT_NE(value_of(described(pairs, settings), "task.other_variables"), others);
}

TEST(Variables, no_value_is_told_whatever_its_variable_is_called) {
    constexpr std::string_view kPlanted = "pl4nted-s3cret";
    auto settings = with_key();
    settings.must_match = {"C"};
    const auto seen = described({{"A", std::string(kPlanted)},
                                 {"B_PASSWORD", std::string(kPlanted)},
                                 {"C", fmt::format("https://u:{}@h/{}?t={}", kPlanted, kPlanted, kPlanted)},
                                 {"D", fmt::format("{{\"p\":\"{}\"}}", kPlanted)}},
                                settings);
    EXPECT_THAT(seen.facts, Each(Field(&Fact::value, Not(::testing::HasSubstr(std::string(kPlanted))))));
}

}  // namespace
}  // namespace plumb::task
