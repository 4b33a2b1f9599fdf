#include "probes/task/variables/variables.hpp"

#include "probes/task/fact_room.hpp"
#include "probes/task/variables/facts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb::task {
namespace {

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
                                 {"FEATURE_X", "1"},
                                 {"BUILD", "7"},
                                 {"THE_KEY", "0123456789abcdef0123456789abcdef"}},
                                settings);
    EXPECT_THAT(seen.facts, SizeIs(0));
}

// Elsewhere a team may well call its own so.
TEST(Variables, addresses_of_services_are_the_platforms_own_in_a_pod_alone) {
    const std::vector<std::pair<std::string, std::string>> services{{"PAYMENT_SERVICE_HOST", "10.0.0.1"},
                                                                    {"PAYMENT_SERVICE_PORT", "80"},
                                                                    {"DB_PORT_5432_TCP_ADDR", "10.0.0.1"}};
    EXPECT_NE(value_of(described(services), "env.PAYMENT_SERVICE_HOST"), "");
    EXPECT_NE(value_of(described(services), "env.DB_PORT_5432_TCP_ADDR"), "");
    auto pod = services;
    pod.emplace_back("KUBERNETES_SERVICE_HOST", "10.96.0.1");
    EXPECT_THAT(described(pod).facts, SizeIs(0));
}

TEST(Variables, numbers_and_switches_are_no_secrets_unless_people_type_such) {
    auto settings = with_key();
    settings.secrets = {"LISTED_SECRET"};
    const auto seen = described({{"RATE_TOKEN", "30"},
                                 {"SIGNING_KEY", "12345678"},
                                 {"DB_PASSWORD", "12345678"},
                                 {"ADMIN_PIN", "1234"},
                                 {"USE_SECRET", "true"},
                                 {"LISTED_SECRET", "1"}},
                                settings);
    EXPECT_EQ(class_of(seen, "env.RATE_TOKEN.value"), FactClass::informational);
    EXPECT_EQ(class_of(seen, "env.SIGNING_KEY.value"), FactClass::informational);
    EXPECT_EQ(class_of(seen, "env.DB_PASSWORD.value"), FactClass::must_differ);
    EXPECT_EQ(class_of(seen, "env.ADMIN_PIN.value"), FactClass::informational);
    EXPECT_EQ(class_of(seen, "env.USE_SECRET.value"), FactClass::informational);
    EXPECT_EQ(class_of(seen, "env.LISTED_SECRET.value"), FactClass::must_differ);
}

TEST(Variables, many_are_bounded_and_the_required_come_first) {
    VariableSettings settings;
    settings.required = {"ZZZ"};
    settings.must_match = {"ZZY"};
    settings.secrets = {"ZZX"};
    std::vector<std::pair<std::string, std::string>> pairs{{"ZZZ", "1"}, {"ZZY", "1"}, {"ZZX", "1"}};
    for (int i = 0; i < 250; ++i)
        pairs.emplace_back(fmt::format("V{:03}", i), "x");
    const auto seen = described(pairs, settings);
    for (const auto* name : {"env.ZZZ", "env.ZZY", "env.ZZX"})
        EXPECT_EQ(value_of(seen, name), "number") << name;
    EXPECT_EQ(value_of(seen, "env.V188"), "text");
    EXPECT_EQ(value_of(seen, "env.V189"), "none");
    const auto others = value_of(seen, "task.other_variables");
    EXPECT_THAT(others, ::testing::StartsWith("61 more, "));
    EXPECT_THAT(value_of(seen, "task.other_variables.list.0"), ::testing::StartsWith("V189;V190;"));
    pairs.back().first = "V999";
    EXPECT_NE(value_of(described(pairs, settings), "task.other_variables"), others);
}

// As many of each kind as an agent may meet, and everything that must be compared in them.
TEST(Variables, a_thousand_leave_room_and_what_must_match_is_told_or_digested) {
    auto settings = with_key();
    settings.must_match = {"V*"};
    std::vector<std::pair<std::string, std::string>> pairs;
    for (int i = 0; i < 1000; ++i)
        pairs.emplace_back(fmt::format("V{:03}_OF_A_LONGER_NAME", i),
                           fmt::format("arn:aws:sns:eu-west-1:123456789012:{}", i));
    const auto seen = described(pairs, settings);
    EXPECT_LE(seen.facts.size(), kRoomOfVariables);
    EXPECT_NE(seen.find_fact("env.V191_OF_A_LONGER_NAME"), nullptr);
    EXPECT_NE(seen.find_fact("env.V000_OF_A_LONGER_NAME.value"), nullptr);
    EXPECT_THAT(value_of(seen, "task.other_variables"), ::testing::StartsWith("808 more, "));
    const auto values = value_of(seen, "task.other_values");
    EXPECT_NE(values, "none");
    // The last of those that are told, whose place and fingerprint had no room.
    pairs[191].second = "arn:aws:sns:eu-west-1:123456789012:other";
    EXPECT_NE(value_of(described(pairs, settings), "task.other_values"), values);
    pairs[191].second = "arn:aws:sns:eu-west-2:123456789012:191";
    EXPECT_NE(value_of(described(pairs, settings), "task.other_values"), values);
    // A name that no page holds.
    pairs[999].first = "W";
    EXPECT_NE(value_of(described(pairs, settings), "task.other_variables"),
              value_of(seen, "task.other_variables"));
}

TEST(Variables, fingerprints_that_are_compared_come_before_the_others) {
    auto settings = with_key();
    std::vector<std::pair<std::string, std::string>> pairs;
    for (int i = 0; i < 180; ++i)
        pairs.emplace_back(fmt::format("A{:03}", i), "x");
    pairs.emplace_back("Z_PASSWORD", "hunter2-hunter2");
    pairs.emplace_back("Z_TOPIC", "arn:aws:sns:eu-west-1:123456789012:x");
    const auto seen = described(pairs, settings);
    EXPECT_EQ(class_of(seen, "env.Z_PASSWORD.value"), FactClass::must_differ);
    EXPECT_NE(seen.find_fact("env.Z_TOPIC.place"), nullptr);
    EXPECT_NE(seen.find_fact("env.A000.value"), nullptr);
    EXPECT_EQ(seen.find_fact("env.A179.value"), nullptr);
    EXPECT_EQ(seen.find_fact("task.other_values"), nullptr);
    EXPECT_LE(seen.facts.size(), kRoomOfVariables);
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
