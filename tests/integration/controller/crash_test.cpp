// A controller that is killed in the middle of a stream loses nothing that it acknowledged.
#include "controller/store/store.hpp"
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/windows.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::ReportClient;
using test::window_of;

TEST(ControllerCrash, what_was_acknowledged_is_kept_and_what_is_sent_again_is_stored_once) {
    constexpr std::uint64_t kWindows = 300;
    const test::TempDir folder;
    const Labels labels = test::labels_of("production");
    std::set<std::uint64_t> acknowledged;
    {
        test::ControllerProcess controller(folder);
        ReportClient client(test::plain_channel(controller.grpc()));
        client.hello("a", labels);
        for (std::uint64_t i = 1; i <= kWindows; ++i)
            client.send(window_of("a", i, labels));
        acknowledged = client.acknowledged(20);
        controller.process().signal(SIGKILL);
        EXPECT_EQ(client.status().error_code(), grpc::StatusCode::UNAVAILABLE);
        acknowledged = client.acknowledged(0);  // with what arrived before the end
        controller.process().wait(std::chrono::seconds(10));
    }
    ASSERT_GE(acknowledged.size(), 20u);

    test::ControllerProcess controller(folder);
    std::set<std::uint64_t> kept;
    const auto read = [&] {
        auto store = store::open_store("sqlite:" + folder.file("plumb.db"));
        std::vector<std::uint64_t> sequences;
        (*store)->read(
            {}, {}, [&](const store::StoredWindow& window) { sequences.push_back(window.window.sequence); });
        return sequences;
    };
    for (const auto sequence : read())
        kept.insert(sequence);
    for (const auto sequence : acknowledged)
        EXPECT_TRUE(kept.contains(sequence)) << sequence;

    ReportClient again(test::plain_channel(controller.grpc()));
    again.hello("a", labels);
    for (std::uint64_t i = 1; i <= kWindows; ++i)
        again.send(window_of("a", i, labels), 5000);
    EXPECT_EQ(again.acknowledged(kWindows).size(), kWindows);
    EXPECT_EQ(read().size(), kWindows);
}

}  // namespace
}  // namespace plumb
