// Questions that take long, and whoever asked does not wait for the answer.
#include "controller/api/query_service.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/windows.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

// So many windows that reading them takes longer than a stop may.
class VastStore final : public store::Store {
  public:
    std::atomic<int> reading{0};

    void hello(const std::string&, const std::string&, const Labels&, store::Time) override {}
    void goodbye(const std::string&, const Labels&, store::Time) override {}
    std::size_t append(const std::vector<store::StoredWindow>& windows) override { return windows.size(); }
    void read(const Selector&, const Range&,
              const std::function<void(const store::StoredWindow&)>& visit) override {
        const store::StoredWindow window{test::window_of("a", 1, test::labels_of("staging")), {}};
        const Reading count(reading);
        const auto limit = std::chrono::steady_clock::now() + seconds(8);
        while (std::chrono::steady_clock::now() < limit)
            visit(window);
    }
    std::vector<store::AgentRow> agents(store::Time) override { return {}; }
    std::optional<store::Time> oldest() override { return std::nullopt; }
    void check() override {}
    bool remove_before(store::Time) override { return false; }

  private:
    struct Reading {
        explicit Reading(std::atomic<int>& the_count) : count(the_count) { ++count; }
        ~Reading() { --count; }
        std::atomic<int>& count;
    };
};

class QueryFaultsTest : public testing::Test {
  protected:
    void SetUp() override {
        auto served = test::serve_on_loopback(service);
        server = std::move(served.server);
        stub = v1::QueryService::NewStub(served.channel);
    }
    void TearDown() override {
        service.stop();
        server->Shutdown();
        server->Wait();
    }
    grpc::Status compare(grpc::ClientContext& context, v1::CompareRequest request = {}) const {
        request.set_baseline("staging");
        request.set_candidate("production");
        v1::CompareResponse response;
        return stub->Compare(&context, request, &response);
    }
    // False when it does not happen in ten seconds.
    bool reading_is(bool wanted) const {
        const auto limit = std::chrono::steady_clock::now() + seconds(10);
        while ((store.reading != 0) != wanted) {
            if (std::chrono::steady_clock::now() > limit) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return true;
    }

    VastStore store;
    metrics::Metrics metrics;
    api::QueryService service{store, metrics, nullptr, std::nullopt};
    std::unique_ptr<grpc::Server> server;
    std::unique_ptr<v1::QueryService::Stub> stub;
};

TEST_F(QueryFaultsTest, a_stop_gives_up_the_comparisons_that_run_and_those_that_wait) {
    std::vector<std::future<grpc::Status>> asked;
    for (int i = 0; i < 8; ++i) {
        asked.push_back(std::async(std::launch::async, [this] {
            grpc::ClientContext context;
            return compare(context);
        }));
    }
    ASSERT_TRUE(reading_is(true));
    service.stop();
    EXPECT_EQ(store.reading, 0);
    for (auto& each : asked) {
        const auto status = each.get();
        EXPECT_FALSE(status.ok()) << "half a reading must not become a verdict";
    }
}

TEST_F(QueryFaultsTest, a_comparison_ends_when_nobody_waits_for_it) {
    grpc::ClientContext context;
    auto asked = std::async(std::launch::async, [&] { return compare(context); });
    ASSERT_TRUE(reading_is(true));
    context.TryCancel();
    EXPECT_EQ(asked.get().error_code(), grpc::StatusCode::CANCELLED);
    EXPECT_TRUE(reading_is(false)) << "others wait for this thread";
}

TEST_F(QueryFaultsTest, a_policy_with_very_many_faults_is_told_as_one_and_not_as_a_broken_connection) {
    v1::CompareRequest request;
    for (int i = 0; i < 200; ++i)
        request.mutable_policy_yaml()->append("a_key_that_no_policy_knows_" + std::to_string(i) + ": 1\n");
    grpc::ClientContext context;
    const auto status = compare(context, request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    EXPECT_THAT(status.error_message(), testing::AllOf(HasSubstr("policy:1: "), HasSubstr("and more")));
}

}  // namespace
}  // namespace plumb
