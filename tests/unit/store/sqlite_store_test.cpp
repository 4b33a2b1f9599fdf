#include "controller/store/store.hpp"
#include "proto/window_proto.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/windows.hpp"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::store {
namespace {

using std::chrono::seconds;
using test::labels_of;
using test::window_of;
using testing::ElementsAre;

Time at(int second) {
    return Time(std::chrono::milliseconds(1'795'000'000'000)) + seconds(second);
}

StoredWindow stored(const std::string& agent, std::uint64_t sequence, const Labels& labels, int second) {
    return {window_of(agent, sequence, labels), at(second)};
}

class SqliteStoreTest : public testing::Test {
  protected:
    std::unique_ptr<Store> open() {
        auto opened = open_store("sqlite:" + folder.file("plumb.db"));
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }
    static std::vector<StoredWindow> all(Store& from, const Selector& selector, Time since = at(0)) {
        std::vector<StoredWindow> result;
        from.read(selector, {since}, [&](const StoredWindow& window) { result.push_back(window); });
        return result;
    }
    static std::vector<std::uint64_t> sequences(Store& from, const std::string& environment,
                                                Time since = at(0)) {
        std::vector<std::uint64_t> result;
        for (const auto& one : all(from, {{{"environment", environment}}}, since)) {
            result.push_back(one.window.sequence);
        }
        return result;
    }

    test::TempDir folder;
    std::unique_ptr<Store> store = open();
    const Labels staging = labels_of("staging");
    const Labels production = labels_of("production");
};

TEST_F(SqliteStoreTest, a_window_comes_back_as_it_went) {
    const auto original = stored("a", 7, staging, 30);
    ASSERT_EQ(store->append({original}), 1u);
    const auto found = all(*store, {});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].end, original.end);
    EXPECT_EQ(found[0].window.agent, "a");
    EXPECT_EQ(found[0].window.labels, staging);
    EXPECT_EQ(found[0].window.start, original.window.start);
    EXPECT_EQ(wire::encode(found[0].window), wire::encode(original.window));
}

TEST_F(SqliteStoreTest, a_range_has_two_ends_and_holds_them) {
    for (std::uint64_t i = 1; i <= 5; ++i)
        store->append({stored("a", i, staging, static_cast<int>(i) * 30)});
    std::vector<std::uint64_t> found;
    store->read({}, {at(60), at(120)},
                [&](const StoredWindow& each) { found.push_back(each.window.sequence); });
    EXPECT_THAT(found, ElementsAre(2, 3, 4));
    EXPECT_EQ(store->oldest(), at(30));
}

TEST_F(SqliteStoreTest, an_empty_store_has_no_oldest_window) {
    EXPECT_EQ(store->oldest(), std::nullopt);
}

TEST_F(SqliteStoreTest, a_repeated_window_is_stored_once) {
    EXPECT_EQ(store->append({stored("a", 1, staging, 30), stored("a", 2, staging, 60)}), 2u);
    EXPECT_EQ(store->append({stored("a", 2, staging, 99), stored("a", 3, staging, 90)}), 1u);
    EXPECT_THAT(sequences(*store, "staging"), ElementsAre(1, 2, 3));
    EXPECT_EQ(store->agents(at(0)).at(0).windows, 3u);
}

TEST_F(SqliteStoreTest, a_repeat_within_one_batch_is_stored_once) {
    EXPECT_EQ(store->append({stored("a", 1, staging, 30), stored("a", 1, staging, 30)}), 1u);
}

TEST_F(SqliteStoreTest, windows_come_oldest_first_whoever_sent_them) {
    store->append({stored("b", 2, staging, 50), stored("a", 1, staging, 40), stored("b", 1, staging, 30)});
    std::vector<std::string> order;
    for (const auto& one : all(*store, {}))
        order.push_back(one.window.agent + std::to_string(one.window.sequence));
    EXPECT_THAT(order, ElementsAre("b1", "a1", "b2"));
}

TEST_F(SqliteStoreTest, only_what_the_selector_picks_and_what_ended_in_time_is_read) {
    store->append({stored("a", 1, staging, 30), stored("a", 2, staging, 60), stored("p", 9, production, 60)});
    EXPECT_THAT(sequences(*store, "staging", at(60)), ElementsAre(2));
    EXPECT_THAT(sequences(*store, "production"), ElementsAre(9));
    EXPECT_THAT(sequences(*store, "nowhere"), ElementsAre());
}

TEST_F(SqliteStoreTest, an_instance_id_of_another_environment_is_another_agent) {
    store->hello("same", "1.0", production, at(0));
    store->append({stored("same", 1, production, 30)});
    store->hello("same", "1.0", staging, at(1));
    store->append({stored("same", 1, staging, 31)});
    store->goodbye("same", staging, at(40));
    EXPECT_THAT(sequences(*store, "production"), ElementsAre(1));
    EXPECT_THAT(sequences(*store, "staging"), ElementsAre(1));
    const auto agents = store->agents(at(0));
    ASSERT_EQ(agents.size(), 2u);
    for (const auto& row : agents)
        EXPECT_EQ(row.said_goodbye, row.labels.at("environment") == "staging");
}

TEST_F(SqliteStoreTest, an_agent_is_listed_with_what_it_said_last) {
    store->hello("a", "1.0", staging, at(0));
    EXPECT_EQ(store->agents(at(0)).at(0).last_end, Time());
    store->append({stored("a", 4, staging, 30)});
    store->goodbye("a", staging, at(31));
    auto changed = staging;
    changed["revision"] = "43";
    store->hello("a", "1.1", changed, at(32));
    const auto row = store->agents(at(0)).at(0);
    EXPECT_EQ(row.version, "1.1");
    EXPECT_EQ(row.labels, changed);
    EXPECT_EQ(row.last_end, at(30));
    EXPECT_EQ(row.windows, 1u);
    EXPECT_EQ(row.last_sequence, 4u);
    EXPECT_FALSE(row.said_goodbye);
    EXPECT_TRUE(store->agents(at(33)).empty());
}

TEST_F(SqliteStoreTest, retention_removes_old_windows_and_silent_agents) {
    std::vector<StoredWindow> many;
    for (std::uint64_t i = 1; i <= 1200; ++i)
        many.push_back(stored("old", i, staging, 1));
    store->append(many);
    store->append({stored("young", 1, staging, 100)});
    int steps = 1;
    while (store->remove_before(at(50)))
        ++steps;
    EXPECT_GT(steps, 2) << "acknowledgements and a stop wait for one step, not for all of it";
    EXPECT_THAT(sequences(*store, "staging"), ElementsAre(1));
    ASSERT_EQ(store->agents(at(0)).size(), 1u);
    EXPECT_EQ(store->agents(at(0))[0].agent, "young");
}

TEST_F(SqliteStoreTest, windows_are_taken_while_a_comparison_reads) {
    store->append({stored("a", 1, staging, 30), stored("a", 2, staging, 60)});
    std::size_t seen = 0;
    store->read({}, {at(0)}, [&](const StoredWindow&) {
        ++seen;
        EXPECT_EQ(store->append({stored("b", seen, staging, 90)}), 1u);
    });
    EXPECT_EQ(seen, 2u) << "a comparison sees the store as it was when it began";
    EXPECT_EQ(all(*store, {}).size(), 4u);
}

TEST_F(SqliteStoreTest, readiness_is_told_while_a_comparison_reads) {
    store->append({stored("a", 1, staging, 30)});
    std::future<void> answered;
    auto seen = std::future_status::deferred;
    store->read({}, {at(0)}, [&](const StoredWindow&) {
        answered = std::async(std::launch::async, [&] { store->check(); });
        seen = answered.wait_for(seconds(20));
    });
    EXPECT_EQ(seen, std::future_status::ready);
}

TEST_F(SqliteStoreTest, text_of_any_kind_is_data) {
    auto labels = staging;
    labels["task"] = "'); DROP TABLE windows; --";
    store->hello("o'brien\"", "\xe2\x82\xac", labels, at(0));
    store->append({{window_of("o'brien\"", 1, labels), at(30)}});
    EXPECT_EQ(all(*store, {{{"task", "'); DROP TABLE windows; --"}}}).size(), 1u);
}

TEST_F(SqliteStoreTest, what_was_stored_is_there_after_opening_again) {
    store->append({stored("a", 1, staging, 30)});
    store.reset();
    store = open();
    EXPECT_THAT(sequences(*store, "staging"), ElementsAre(1));
    store->check();
}

}  // namespace
}  // namespace plumb::store
