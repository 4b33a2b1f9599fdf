#include "probes/task/warmup/port_watch.hpp"

#include "tests/unit/task_warmup/hand_clock.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using test::kTaskStart;
using test::no_answer_at;
using test::status_at;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class PortWatchTest : public testing::Test {
  protected:
    void refuse(double seconds) { watch.answered(no_answer_at(Cause::tcp_refused, seconds)); }
    void refuse_until(double seconds) {
        for (double time = 0; time <= seconds; time += 5)
            refuse(time);
    }

    WarmupSettings settings = test::usual_settings();
    PortWatch watch{settings, kTaskStart};
};

TEST_F(PortWatchTest, the_check_names_both_ports_and_the_answer) {
    refuse_until(60);
    EXPECT_TRUE(watch.suspicious());
    EXPECT_FALSE(watch.check().failed);
    watch.tried(OtherPort{8081, 200});
    const auto check = watch.check();
    EXPECT_EQ(check.name, "port");
    EXPECT_EQ(check.cause, Cause::task_wrong_port);
    EXPECT_TRUE(check.failed);
    EXPECT_EQ(check.detail, "port 8080 refuses; 8081 answers 200 to /health");
}

TEST_F(PortWatchTest, nobody_suspects_a_port_before_half_of_the_kill_line) {
    refuse_until(55);
    EXPECT_FALSE(watch.suspicious());
    refuse(60);
    EXPECT_TRUE(watch.suspicious());
}

TEST_F(PortWatchTest, it_is_told_in_a_few_words_as_long_as_it_is_so) {
    refuse_until(60);
    EXPECT_EQ(watch.in_words(), "");
    watch.tried(OtherPort{9090, 200});
    EXPECT_EQ(watch.in_words(), "8080 refuses, 9090 answers 200");
    watch.set_start(test::at(1));
    EXPECT_EQ(watch.in_words(), "");
}

TEST_F(PortWatchTest, a_late_agent_suspects_it_after_five_refusals) {
    for (int i = 0; i < 4; ++i)
        refuse(90000 + i);
    EXPECT_FALSE(watch.suspicious());
    refuse(90004);
    EXPECT_TRUE(watch.suspicious());
}

TEST_F(PortWatchTest, a_port_that_answered_or_hung_once_is_the_right_one) {
    for (const auto& other : {status_at(503, 1), no_answer_at(Cause::peer_timeout, 1),
                              no_answer_at(Cause::tcp_timeout, 1), no_answer_at(Cause::peer_reset, 1)}) {
        PortWatch own{settings, kTaskStart};
        own.answered(other);
        for (int i = 0; i < 10; ++i)
            own.answered(no_answer_at(Cause::tcp_refused, 100 + i));
        EXPECT_TRUE(own.settled());
        EXPECT_FALSE(own.suspicious());
    }
}

TEST_F(PortWatchTest, the_check_passes_again_once_the_port_opens_or_the_other_is_gone) {
    refuse_until(60);
    watch.tried(OtherPort{8081, 200});
    watch.tried(std::nullopt);
    EXPECT_FALSE(watch.check().failed);
    watch.tried(OtherPort{8081, 200});
    EXPECT_TRUE(watch.check().failed);
    watch.answered(status_at(503, 61));
    EXPECT_FALSE(watch.check().failed);
}

TEST_F(PortWatchTest, its_own_port_is_not_tried_and_no_other_twice) {
    EXPECT_THAT(watch.to_try({9000, 8080, 8081, 9000, 22}), ElementsAre(22, 8081, 9000));
    EXPECT_TRUE(watch.to_try({}).empty());
}

TEST_F(PortWatchTest, without_a_port_the_url_means_that_of_its_scheme) {
    settings.health = parse_url("http://localhost/health").value();
    PortWatch usual{settings, kTaskStart};
    EXPECT_THAT(usual.to_try({80, 8080}), ElementsAre(8080));
    settings.health = parse_url("https://localhost/health").value();
    PortWatch secure{settings, kTaskStart};
    EXPECT_THAT(secure.to_try({80, 443}), ElementsAre(80));
}

TEST_F(PortWatchTest, of_many_ports_each_has_its_turn) {
    std::vector<std::uint16_t> many(50);
    std::iota(many.begin(), many.end(), std::uint16_t{1000});
    std::set<std::uint16_t> tried;
    for (int i = 0; i < 20; ++i) {
        const auto some = watch.to_try(many);
        ASSERT_EQ(some.size(), PortWatch::kMaxTried);
        tried.insert(some.begin(), some.end());
    }
    EXPECT_EQ(tried.size(), many.size());
}

TEST_F(PortWatchTest, the_one_that_answered_is_tried_first_as_long_as_it_listens) {
    std::vector<std::uint16_t> many(50);
    std::iota(many.begin(), many.end(), std::uint16_t{1000});
    watch.tried(OtherPort{1049, 200});
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(watch.to_try(many).front(), 1049);
    many.pop_back();
    EXPECT_THAT(watch.to_try(many), Not(Contains(1049)));
}

}  // namespace
}  // namespace plumb::task
