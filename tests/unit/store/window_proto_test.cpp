#include "proto/window_proto.hpp"

#include "plumb/v1/window.pb.h"
#include "tests/support/windows.hpp"

#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::wire {
namespace {

using testing::HasSubstr;

v1::Window message() {
    v1::Window result;
    to_proto(test::window_of("a", 3, test::labels_of("staging"), test::failing_dependency()), result);
    return result;
}

TEST(WindowProto, every_field_survives_both_ways) {
    auto read = from_proto(message());
    ASSERT_TRUE(read) << read.error().message;
    v1::Window again;
    to_proto(*read, again);
    EXPECT_EQ(again.SerializeAsString(), message().SerializeAsString());
    EXPECT_EQ(read->dependencies.at(0).failures.at(0).cause, "tcp.timeout");
    read->agent = "a";  // the hello's
    EXPECT_TRUE(check_bounds(*read));
}

struct Case {
    std::string what;
    std::function<void(v1::Window&)> breaks;
    std::string says;
};

class WindowProtoRefuses : public testing::TestWithParam<Case> {};

TEST_P(WindowProtoRefuses, what_breaks_a_bound) {
    auto broken = message();
    GetParam().breaks(broken);
    const auto read = from_proto(broken);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr(GetParam().says));
}

template <class Add>
std::function<void(v1::Window&)> too_many(std::size_t limit, Add add) {
    return [=](v1::Window& window) {
        for (std::size_t i = 0; i <= limit; ++i)
            add(*window.mutable_dependencies(0));
    };
}

INSTANTIATE_TEST_SUITE_P(
    Bounds, WindowProtoRefuses,
    testing::Values(
        Case{"length", [](auto& w) { w.set_length_ms(0); }, "length_ms"},
        Case{"negative_length", [](auto& w) { w.set_length_ms(-1); }, "length_ms"},
        Case{"huge_length", [](auto& w) { w.set_length_ms(std::numeric_limits<std::int64_t>::max()); },
             "length_ms"},
        Case{"start", [](auto& w) { w.set_start_unix_ms(std::numeric_limits<std::int64_t>::max()); },
             "start_unix_ms"},
        Case{"start_in_the_year_3000", [](auto& w) { w.set_start_unix_ms(32503680000000); }, "start_unix_ms"},
        Case{"age", [](auto& w) { w.set_task_age_s(-5); }, "task_age_s"},
        Case{"dependencies",
             [](auto& w) {
                 for (std::size_t i = 0; i <= kMaxDependencies; ++i)
                     w.add_dependencies()->set_dependency("d");
             },
             "dependencies"},
        Case{"phases", too_many(kMaxPhases, [](auto& d) { d.add_phases()->set_name("p"); }), "phases"},
        Case{"failures", too_many(kMaxFailures, [](auto& d) { d.add_failures()->set_phase("p"); }),
             "failures"},
        Case{"addresses", too_many(kMaxAddresses, [](auto& d) { d.add_addresses(); }), "addresses"},
        Case{"facts", too_many(kMaxWindowFacts, [](auto& d) { d.add_facts(); }), "facts"},
        Case{"gauges", too_many(kMaxGauges, [](auto& d) { d.add_gauges(); }), "gauges"},
        Case{"name", [](auto& w) { w.mutable_dependencies(0)->set_kind(std::string(kMaxName + 1, 'k')); },
             "kind"},
        Case{"sketch",
             [](auto& w) {
                 w.mutable_dependencies(0)->mutable_rtt()->set_encoded("\xff\xff\xff\xff garbage");
             },
             "rtt"}),
    [](const auto& one) { return one.param.what; });

TEST(WindowProto, text_of_a_peer_is_escaped) {
    auto hostile = message();
    auto& fact = *hostile.mutable_dependencies(0)->add_facts();
    fact.set_name("x");
    fact.set_value(std::string("\x1b[2J") + "\xe2\x80\xae" + std::string(10000, 'v'));
    const auto read = from_proto(hostile);
    ASSERT_TRUE(read) << read.error().message;
    const auto& value = read->dependencies[0].facts.back().value;
    EXPECT_EQ(value.find('\x1b'), std::string::npos);
    EXPECT_EQ(value.find("\xe2\x80\xae"), std::string::npos);
    EXPECT_LE(value.size(), kMaxFactValue);
}

TEST(WindowProto, what_a_newer_agent_says_is_kept_but_not_judged) {
    auto newer = message();
    newer.mutable_dependencies(0)->mutable_phases(1)->set_layer("a layer of tomorrow");
    auto& fact = *newer.mutable_dependencies(0)->add_facts();
    fact.set_name("x");
    fact.set_class_("a class of tomorrow");
    const auto read = from_proto(newer);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->dependencies[0].phases[1].layer, Layer::connect);
    EXPECT_EQ(read->dependencies[0].facts.back().cls, FactClass::informational);
}

TEST(WindowProto, bytes_that_are_no_window_are_refused) {
    EXPECT_FALSE(decode("\xff\xff\xff"));
    EXPECT_FALSE(decode(std::string(kMaxWindowBytes + 1, 'x')));
}

}  // namespace
}  // namespace plumb::wire
