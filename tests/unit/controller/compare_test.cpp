#include "controller/api/compare.hpp"

#include "tests/support/temp_dir.hpp"
#include "tests/support/windows.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::api {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

const store::Time kNow{std::chrono::milliseconds(1'795'000'000'000)};

class CompareTest : public testing::Test {
  protected:
    void SetUp() override {
        auto opened = store::open_store("sqlite:" + folder.file("plumb.db"));
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
    }
    // Six windows of three tasks, the last of which ends at `end`.
    void report(const std::string& environment, store::Time end, const WindowDependency& dependency,
                std::uint64_t first = 1) {
        std::vector<store::StoredWindow> windows;
        for (const char* task : {"t1", "t2", "t3"}) {
            for (std::uint64_t i = 0; i < 6; ++i) {
                windows.push_back({test::window_of(environment + task, first + i,
                                                   test::labels_of(environment, task), dependency),
                                   end - seconds(30) * (5 - static_cast<long>(i))});
            }
        }
        store->append(windows);
    }
    judge::Report ask(const Question& question) {
        std::vector<std::string> errors;
        auto report = compare(*store, question, kNow, errors, [] { return false; });
        EXPECT_THAT(errors, IsEmpty());
        return report;
    }
    static Question question(const std::string& baseline, const std::string& candidate) {
        Question out;
        out.baseline = *parse_selector(baseline);
        out.candidate = *parse_selector(candidate);
        out.since = minutes(15);
        return out;
    }
    test::TempDir folder;
    std::unique_ptr<store::Store> store;
};

TEST(ShareOfLook, all_looks_together_spend_the_budget_once) {
    EXPECT_DOUBLE_EQ(share_of_look(0), 1);
    EXPECT_DOUBLE_EQ(share_of_look(1), 0.5);
    double sum = 0;
    for (unsigned look = 1; look <= kMostLooks; ++look)
        sum += share_of_look(look);
    EXPECT_LE(sum, 1);
    EXPECT_GT(sum, 0.99);
}

TEST(ShareOfLook, under_a_floor_all_looks_together_spend_no_more_and_none_asks_for_much_less) {
    EXPECT_DOUBLE_EQ(share_of_look_under_floor(0), 1);
    double sum = 0;
    for (unsigned look = 1; look <= kMostLooks; ++look) {
        const double share = share_of_look_under_floor(look);
        EXPECT_GE(share, 1 / 20580.0 - 1e-12) << look;
        EXPECT_TRUE(look > 20 || share == share_of_look(look)) << look;
        sum += share;
    }
    EXPECT_LE(sum, 1 + 1e-12);
}

TEST_F(CompareTest, now_against_the_same_hours_of_an_earlier_day) {
    report("production", kNow - hours(24), test::healthy_dependency());
    report("production", kNow - hours(12), test::failing_dependency(), 7);
    report("production", kNow, test::failing_dependency(), 13);
    Question asked = question("production", "production");
    EXPECT_NE(ask(asked).verdict, judge::Verdict::promote) << "both sides are the same windows";
    asked.baseline_before = hours(24);
    const auto report = ask(asked);
    EXPECT_EQ(report.verdict, judge::Verdict::hold) << boost::json::serialize(report.coverage);
    EXPECT_EQ(report.findings.at(0).cause, "tcp.timeout");
}

TEST_F(CompareTest, an_earlier_day_that_is_no_longer_kept_is_insufficient_and_said) {
    report("production", kNow, test::healthy_dependency());
    Question asked = question("production", "production");
    asked.baseline_before = hours(24);
    const auto report = ask(asked);
    EXPECT_EQ(report.verdict, judge::Verdict::insufficient);
    EXPECT_THAT(boost::json::serialize(report.coverage), HasSubstr("are no longer kept"));
}

TEST_F(CompareTest, the_latest_window_is_that_of_the_tasks_that_are_asked_about) {
    report("production", kNow - minutes(5), test::healthy_dependency());
    report("staging", kNow, test::healthy_dependency());
    const auto production = *parse_selector("production");
    EXPECT_EQ(latest_window(*store, production, production), kNow - minutes(5));
    EXPECT_EQ(latest_window(*store, production, *parse_selector("staging")), kNow);
    EXPECT_EQ(latest_window(*store, *parse_selector("nobody"), *parse_selector("nobody")), std::nullopt);
}

TEST_F(CompareTest, a_goodbye_after_the_range_does_not_take_tasks_out_of_it) {
    report("production", kNow - hours(24), test::healthy_dependency());
    report("production", kNow - hours(12), test::healthy_dependency(), 7);
    for (const char* task : {"t1", "t2", "t3"})
        store->goodbye(std::string("production") + task, test::labels_of("production", task),
                       kNow - hours(12));
    report("staging", kNow, test::healthy_dependency());
    Question asked = question("production", "staging");
    asked.baseline_before = hours(24);
    const auto coverage = ask(asked).coverage;
    EXPECT_EQ(coverage.at("baseline").at("tasks").to_number<int>(), 3) << boost::json::serialize(coverage);
}

}  // namespace
}  // namespace plumb::api
