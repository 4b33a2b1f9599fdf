// Windows of files, judged without a controller: also today's against those of the day before.
#include "controller/ctl/judge_files.hpp"

#include "model/window_json.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using judge::test::Fleet;
using judge::test::noon;
using judge::test::production;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

std::string lines(const Fleet& fleet) {
    std::string out;
    for (const auto& [window, end] : fleet.make())
        out += to_json_line(window) + "\n";
    return out;
}

Fleet slow() {
    judge::test::Spec spec;
    spec.phases = {{"resolve", 1.0}, {"connect", 2.0}, {"query", 40.0}};
    return Fleet("production").seed(2).with(spec);
}

class JudgeFilesTest : public testing::Test {
  protected:
    Result<judge::Report> judged(const std::string& before, const std::string& after) {
        JudgeFiles files{folder.write("before.jsonl", before),
                         folder.write("after.jsonl", after),
                         "",
                         since,
                         {},
                         false,
                         baseline_before};
        return judge_files(files);
    }
    test::TempDir folder;
    std::optional<std::chrono::milliseconds> since;
    std::chrono::milliseconds baseline_before{};
};

TEST_F(JudgeFilesTest, two_files_end_with_the_latest_window_of_both) {
    const auto report = judged(lines(judge::test::staging()), lines(slow()));
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(judge::test::told(*report), "database request latency.server latency:query:p50 warning\n");
}

TEST_F(JudgeFilesTest, yesterdays_file_is_stale_unless_it_is_said_to_be_yesterdays) {
    const std::string yesterday = lines(production().ends(noon() - hours(24)));
    EXPECT_EQ(judged(yesterday, lines(slow()))->verdict, judge::Verdict::insufficient);
    baseline_before = hours(24);
    const auto report = judged(yesterday, lines(slow()));
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->verdict, judge::Verdict::promote) << judge::test::gaps(*report);
    EXPECT_EQ(judge::test::told(*report), "database request latency.server latency:query:p50 warning\n");
}

TEST_F(JudgeFilesTest, one_file_of_both_days_is_cut_where_the_earlier_range_ends) {
    const std::string both = lines(slow().ends(noon() - hours(24))) + lines(production());
    baseline_before = hours(24);
    const auto report = judged(both, both);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->coverage.at("baseline").at("windows").to_number<int>(), 12);
    EXPECT_EQ(report->coverage.at("candidate").at("windows").to_number<int>(), 12);
    EXPECT_EQ(judge::test::told(*report), "") << "faster than yesterday";
}

TEST_F(JudgeFilesTest, a_range_that_reaches_over_both_days_is_refused) {
    since = minutes(30);
    baseline_before = minutes(20);
    const auto report = judged(lines(production()), lines(production()));
    ASSERT_FALSE(report);
    EXPECT_THAT(report.error().message, HasSubstr("--baseline-before: at least as long as --since"));
}

}  // namespace
}  // namespace plumb::ctl
