// Agents that behave and agents that do not, against a real controller.
#include "controller/store/store.hpp"
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/windows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::labels_of;
using test::ReportClient;
using test::window_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class IngestTest : public testing::Test {
  protected:
    // What another reader of the same file sees now: only what was committed.
    std::vector<store::StoredWindow> stored() const {
        std::vector<store::StoredWindow> result;
        auto opened = store::open_store("sqlite:" + folder.file("plumb.db"));
        if (!opened) throw std::runtime_error(opened.error().message);
        (*opened)->read({}, {}, [&](const store::StoredWindow& window) { result.push_back(window); });
        return result;
    }

    test::TempDir folder;
    test::ControllerProcess controller{folder};
    std::shared_ptr<grpc::Channel> channel = test::plain_channel(controller.grpc());
    const Labels staging = labels_of("staging");
};

TEST_F(IngestTest, a_window_is_acknowledged_after_its_commit) {
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 1, staging));
    EXPECT_THAT(client.acknowledged(1), ElementsAre(1));
    EXPECT_THAT(stored(), SizeIs(1));
    EXPECT_TRUE(client.finish().ok());
}

TEST_F(IngestTest, the_end_of_a_window_is_its_receipt_minus_its_age) {
    const auto before = std::chrono::system_clock::now();
    ReportClient client(channel);
    client.hello("a", staging);
    client.send(window_of("a", 1, staging), 60'000).send(window_of("a", 2, staging), -60'000);
    client.acknowledged(2);
    const auto after = std::chrono::system_clock::now();
    const auto windows = stored();
    ASSERT_THAT(windows, SizeIs(2));
    const auto slack = std::chrono::milliseconds(1);
    EXPECT_GE(windows[0].end, before - std::chrono::seconds(60) - slack);
    EXPECT_LE(windows[0].end, after - std::chrono::seconds(60));
    EXPECT_LE(windows[1].end, after) << "a window cannot end in the future";
}

TEST_F(IngestTest, a_window_sent_again_is_acknowledged_and_stored_once) {
    ReportClient first(channel);
    first.hello("a", staging).send(window_of("a", 1, staging)).send(window_of("a", 1, staging));
    first.acknowledged(1);
    EXPECT_TRUE(first.finish().ok());
    ReportClient second(channel);
    second.hello("a", staging).send(window_of("a", 1, staging)).send(window_of("a", 2, staging));
    EXPECT_THAT(second.acknowledged(2), ElementsAre(1, 2));
    EXPECT_THAT(stored(), SizeIs(2));
}

TEST_F(IngestTest, many_windows_at_once_are_all_acknowledged_in_the_order_they_came) {
    constexpr std::uint64_t kMany = 500;
    ReportClient client(channel);
    client.hello("a", staging);
    for (std::uint64_t i = 1; i <= kMany; ++i)
        client.send(window_of("a", i, staging));
    client.goodbye();
    EXPECT_TRUE(client.finish().ok());
    EXPECT_THAT(client.acknowledged(kMany), SizeIs(kMany));
    EXPECT_THAT(stored(), SizeIs(kMany));
    EXPECT_THAT(test::http_get(controller.http(), "/metrics"), HasSubstr("plumb_goodbyes_total 1\n"));
}

TEST_F(IngestTest, a_hello_without_the_labels_that_comparisons_need_says_which) {
    for (const char* needed : {"environment", "service"}) {
        auto labels = staging;
        labels.erase(needed);
        ReportClient client(channel);
        client.hello("a", labels);
        const auto status = client.status();
        EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
        EXPECT_THAT(status.error_message(), HasSubstr("'" + std::string(needed) + "' is missing"));
    }
}

TEST_F(IngestTest, a_hello_beyond_its_bounds_is_refused) {
    auto many = staging;
    for (std::size_t i = 0; i <= kMaxLabels; ++i)
        many["l" + std::to_string(i)] = "x";
    auto wide = staging;
    wide["zone"] = std::string(kMaxLabelBytes + 1, 'z');
    auto hostile = staging;
    hostile["a\nb"] = "x";
    for (const auto& labels : {many, wide, hostile}) {
        ReportClient client(channel);
        client.hello("a", labels);
        EXPECT_EQ(client.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    }
    for (const auto& agent : {std::string(), std::string(kMaxName + 1, 'a')}) {
        ReportClient client(channel);
        client.hello(agent, staging);
        EXPECT_EQ(client.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    }
}

TEST_F(IngestTest, a_window_before_the_hello_and_a_second_hello_end_the_stream) {
    ReportClient early(channel);
    early.send(window_of("a", 1, staging));
    EXPECT_EQ(early.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    ReportClient twice(channel);
    twice.hello("a", staging).hello("a", staging);
    EXPECT_EQ(twice.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(stored(), SizeIs(0));
}

TEST_F(IngestTest, a_window_that_breaks_a_bound_is_refused_with_the_field_and_the_others_are_kept) {
    auto broken = window_of("a", 2, staging);
    broken.dependencies[0].gauges[0].max = std::numeric_limits<double>::infinity();
    auto numbered_zero = window_of("a", 0, staging);
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 1, staging)).send(broken).send(numbered_zero);
    client.send(window_of("a", 3, staging));
    EXPECT_THAT(client.acknowledged(4), ElementsAre(1, 3));
    ASSERT_THAT(client.refused(), SizeIs(2));
    EXPECT_EQ(client.refused()[0].sequence(), 2u);
    EXPECT_THAT(client.refused()[0].reason(), HasSubstr("gauges"));
    EXPECT_THAT(client.refused()[1].reason(), HasSubstr("numbered from 1"));
}

TEST_F(IngestTest, a_window_made_of_very_many_parts_is_refused_and_the_others_are_kept) {
    auto heavy = window_of("a", 2, staging);
    heavy.dependencies.assign(kMaxDependencies + 1, {});
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 1, staging)).send(heavy).send(window_of("a", 3, staging));
    EXPECT_THAT(client.acknowledged(3), ElementsAre(1, 3));
    ASSERT_THAT(client.refused(), SizeIs(1));
    EXPECT_EQ(client.refused()[0].sequence(), 2u);
    EXPECT_THAT(client.refused()[0].reason(), HasSubstr("dependencies"));
}

TEST_F(IngestTest, bytes_that_are_no_message_end_the_stream_and_say_so) {
    v1::ReportRequest hello;
    hello.mutable_hello()->set_agent("a\xff");
    ReportClient client(channel);
    client.send(hello);
    const auto status = client.status();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("UTF-8"));
}

TEST_F(IngestTest, a_window_whose_text_is_no_utf8_is_refused_and_not_asked_for_again) {
    auto odd = window_of("a", 2, staging);
    odd.dependencies[0].dependency = "d\xff";
    ReportClient client(channel);
    client.hello("a", staging).send(odd).send(window_of("a", 3, staging));
    EXPECT_THAT(client.acknowledged(2), ElementsAre(3));
    ASSERT_THAT(client.refused(), SizeIs(1));
    EXPECT_EQ(client.refused()[0].sequence(), 2u);
}

TEST_F(IngestTest, a_message_larger_than_a_window_may_be_ends_the_stream_and_nothing_else) {
    v1::ReportRequest huge;
    huge.mutable_window()->add_dependencies()->set_dependency(std::string(kMaxWindowBytes + (1 << 20), 'x'));
    ReportClient client(channel);
    client.hello("a", staging).send(huge);
    EXPECT_EQ(client.status().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    ReportClient next(channel);
    next.hello("a", staging).send(window_of("a", 1, staging));
    EXPECT_THAT(next.acknowledged(1), ElementsAre(1));
}

TEST_F(IngestTest, an_agent_that_goes_away_in_mid_stream_leaves_nothing_open) {
    for (int i = 0; i < 20; ++i) {
        ReportClient client(channel);
        client.hello("a", staging).send(window_of("a", static_cast<std::uint64_t>(i) + 1, staging));
        client.cancel();
    }
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 100, staging));
    client.acknowledged(1);
    EXPECT_TRUE(client.finish().ok());
    EXPECT_EQ(controller.process().stop(), 0) << controller.output();
}

}  // namespace
}  // namespace plumb
