// What ingest does when its store fails, in one process with a store that fails on demand.
#include "controller/ingest/report_service.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/broken_store.hpp"
#include "tests/support/windows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::ReportClient;
using test::window_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class IngestFaultsTest : public testing::Test {
  protected:
    void SetUp() override {
        auto served = test::serve_on_loopback(service);
        server = std::move(served.server);
        channel = std::move(served.channel);
    }
    void TearDown() override {
        service.stop();
        server->Shutdown();
        server->Wait();
    }

    test::BrokenStore store;
    metrics::Metrics metrics;
    ingest::ReportService service{store, metrics, nullptr};
    std::unique_ptr<grpc::Server> server;
    std::shared_ptr<grpc::Channel> channel;
    const Labels staging = test::labels_of("staging");
};

TEST_F(IngestFaultsTest, a_store_that_fails_ends_the_stream_and_acknowledges_nothing) {
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 1, staging));
    const auto status = client.status();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(status.error_message(), HasSubstr("sent again"));
    EXPECT_THAT(status.error_message(), Not(HasSubstr("/secret/path")));
    EXPECT_TRUE(client.acknowledged(0).empty());
    EXPECT_GE(metrics.store_errors, 1u);
    EXPECT_EQ(metrics.windows_acknowledged, 0u);
}

TEST_F(IngestFaultsTest, once_the_store_is_back_the_same_windows_are_taken) {
    {
        ReportClient client(channel);
        client.hello("a", staging);
        EXPECT_FALSE(client.status().ok());
    }
    store.broken = false;
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 1, staging));
    EXPECT_THAT(client.acknowledged(1), ElementsAre(1));
    EXPECT_EQ(store.appended, 1u);
}

TEST_F(IngestFaultsTest, a_stop_answers_what_was_taken_and_asks_to_connect_again) {
    store.broken = false;
    ReportClient client(channel);
    client.hello("a", staging);
    for (std::uint64_t i = 1; i <= 10; ++i)
        client.send(window_of("a", i, staging));
    client.acknowledged(1);
    service.stop();
    const auto status = client.status();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(status.error_message(), HasSubstr("connect again"));
    EXPECT_EQ(client.acknowledged(0).size(), store.appended);
}

TEST_F(IngestFaultsTest, streams_are_counted_while_they_are_open) {
    store.broken = false;
    ReportClient client(channel);
    client.hello("a", staging).send(window_of("a", 1, staging));
    client.acknowledged(1);
    EXPECT_EQ(metrics.streams, 1u);
    EXPECT_EQ(metrics.agents, 1u);
    service.sweep();
    client.send(window_of("a", 2, staging));
    EXPECT_EQ(client.acknowledged(2).size(), 2u) << "a stream that said hello is never swept";
    EXPECT_TRUE(client.finish().ok());
}

}  // namespace
}  // namespace plumb
