#include "probes/redis/session.hpp"

#include "model/fact.hpp"
#include "probes/redis/rejection.hpp"

#include <gtest/gtest.h>

namespace plumb::redis {
namespace {

Reply status(std::string text) {
    return {Reply::Type::status, std::move(text), 0, {}};
}
Reply error(std::string text) {
    return {Reply::Type::error, std::move(text), 0, {}};
}
Reply text(std::string value) {
    return {Reply::Type::text, std::move(value), 0, {}};
}
Reply pair(std::string name, std::string value) {
    return {Reply::Type::array, "", 0, {text(std::move(name)), text(std::move(value))}};
}

constexpr auto kFullInfo = "redis_version:7.0.15\r\nmaxclients:100\r\nmaxmemory_policy:noeviction\r\n";

// Everything but CONFIG.
Questions plain_inspection() {
    Questions questions = Questions::all();
    questions.remove(Question::config);
    return questions;
}

std::string words_of_first_command(const Settings& settings) {
    return Session(settings, Questions::none()).command_words();
}

Settings with_login(std::string user, std::string password, int database = 0) {
    Settings settings;
    settings.user = std::move(user);
    settings.password = Secret(std::move(password));
    settings.database = database;
    return settings;
}

using Step = Session::Step;

TEST(RedisSession, without_credentials_the_ping_comes_first) {
    const Settings settings;
    Session session(settings, plain_inspection());
    EXPECT_EQ(session.phase(), "ping");
    EXPECT_EQ(session.command().reveal(), "*1\r\n$4\r\nPING\r\n");
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_EQ(session.phase(), "inspect");
    EXPECT_EQ(session.command().reveal(), "*1\r\n$4\r\nINFO\r\n");
    EXPECT_FALSE(session.take(text(kFullInfo)));
    EXPECT_EQ(session.step(), Step::done);
    ASSERT_TRUE(session.info());
    EXPECT_EQ(session.info()->text("redis_version"), "7.0.15");
}

TEST(RedisSession, user_and_database_belong_to_the_authenticate_phase) {
    const Settings settings = with_login("app", "s3cret", 5);
    Session session(settings, plain_inspection());
    EXPECT_EQ(session.phase(), "authenticate");
    EXPECT_EQ(session.command().reveal(), "*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$6\r\ns3cret\r\n");
    EXPECT_FALSE(session.take(status("OK")));
    EXPECT_EQ(session.phase(), "authenticate");
    EXPECT_EQ(session.command().reveal(), "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n");
    EXPECT_FALSE(session.take(status("OK")));
    EXPECT_EQ(session.step(), Step::ping);
}

TEST(RedisSession, a_server_before_6_is_asked_again_without_the_user) {
    const Settings settings = with_login("app", "s3cret");
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(error("ERR wrong number of arguments for 'auth' command")));
    EXPECT_EQ(session.command().reveal(), "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n");
    EXPECT_FALSE(session.take(status("OK")));
    EXPECT_EQ(session.step(), Step::ping);
}

TEST(RedisSession, a_second_wrong_number_of_arguments_is_final) {
    const Settings settings = with_login("app", "s3cret");
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(error("ERR wrong number of arguments for 'auth' command")));
    const auto rejection = session.take(error("ERR wrong number of arguments for 'auth' command"));
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->cause, Cause::redis_error);
}

TEST(RedisSession, a_missing_password_shows_as_authenticate_although_ping_learns_it) {
    const Settings settings;
    Session session(settings, plain_inspection());
    const auto rejection = session.take(error("NOAUTH Authentication required."));
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->phase, "authenticate");
    EXPECT_EQ(rejection->cause, Cause::redis_noauth);
}

TEST(RedisSession, a_server_that_quotes_the_password_is_cut_short) {
    const Settings settings = with_login("", "s3cret-and-long");
    for (const char* words : {"ERR unknown command `AUTH`, with args beginning with: `s3cret-and-lo`, ",
                              "ERR unknown command 'AUTH', with args beginning with: 's3cret-and-long' ",
                              "ERR no AUTH here: s3cret-and-long"}) {
        Session session(settings, plain_inspection());
        const auto rejection = session.take(error(words));
        ASSERT_TRUE(rejection);
        EXPECT_EQ(rejection->cause, Cause::redis_error);
        EXPECT_EQ(rejection->detail.find("s3cret"), std::string::npos) << rejection->detail;
        EXPECT_TRUE(rejection->detail.starts_with("“ERR ")) << rejection->detail;
    }
}

TEST(RedisSession, hidden_info_is_no_failure) {
    const Settings settings;
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(error("NOPERM this user has no permissions to run the 'info' command")));
    EXPECT_FALSE(session.info());
    EXPECT_EQ(session.refused(), std::vector{Question::info});
}

TEST(RedisSession, a_log_in_alone_asks_nothing_but_ping) {
    const Settings settings;
    Session session(settings, Questions::none());
    EXPECT_EQ(session.phase(), "ping");
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_EQ(session.step(), Step::done);
}

TEST(RedisSession, where_info_is_hidden_the_cluster_is_asked_whether_it_is_one) {
    const Settings settings;
    Session session(settings, Questions::all());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(error("NOPERM this user has no permissions to run the 'info' command")));
    EXPECT_EQ(session.step(), Step::cluster_info);
    EXPECT_EQ(session.command().reveal(), "*2\r\n$7\r\nCLUSTER\r\n$4\r\nINFO\r\n");
    EXPECT_FALSE(session.take(error("ERR This instance has cluster support disabled")));
    EXPECT_EQ(session.step(), Step::cluster_slots);
    EXPECT_FALSE(session.take(error("ERR This instance has cluster support disabled")));
    EXPECT_EQ(session.step(), Step::done);
    EXPECT_EQ(session.refused().size(), 3U);
    EXPECT_FALSE(session.shards());
}

TEST(RedisSession, a_cluster_is_asked_for_its_state_and_its_shards) {
    const Settings settings;
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("cluster_enabled:1\r\n")));
    EXPECT_EQ(session.step(), Step::cluster_info);
    EXPECT_EQ(session.phase(), "inspect");
    EXPECT_FALSE(session.take(text("cluster_state:ok\r\ncluster_size:3\r\n")));
    EXPECT_EQ(session.cluster()->text("cluster_state"), "ok");
    EXPECT_EQ(session.step(), Step::cluster_slots);
    EXPECT_FALSE(session.take({Reply::Type::array, "", 0, {}}));
    EXPECT_EQ(session.step(), Step::done);
    ASSERT_TRUE(session.shards());
    EXPECT_TRUE(session.shards()->empty());
    EXPECT_TRUE(session.refused().empty());
}

TEST(RedisSession, what_is_no_list_of_slots_is_unexpected) {
    const Settings settings;
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("cluster_enabled:1\r\n")));
    EXPECT_FALSE(session.take(error("NOPERM")));
    const auto rejection = session.take(status("OK"));
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->cause, Cause::peer_unexpected);
    EXPECT_EQ(session.step(), Step::done);
}

TEST(RedisSession, who_may_not_ping_is_still_told_what_it_may_know) {
    const Settings settings;
    for (const char* words : {"NOPERM no ping", "LOADING data", "MASTERDOWN", "MISCONF disk"}) {
        Session session(settings, plain_inspection());
        EXPECT_TRUE(session.take(error(words))) << words;
        EXPECT_EQ(session.step(), Step::info) << words;
        EXPECT_FALSE(session.take(text(kFullInfo)));
        EXPECT_EQ(session.step(), Step::done) << words;
    }
    for (const char* words : {"NOAUTH", "ERR max number of clients reached", "DENIED", "BUSY script"}) {
        Session session(settings, plain_inspection());
        EXPECT_TRUE(session.take(error(words))) << words;
        EXPECT_EQ(session.step(), Step::done) << words;
    }
    Session log_in(settings, Questions::none());
    EXPECT_TRUE(log_in.take(error("LOADING data")));
    EXPECT_EQ(log_in.step(), Step::done);
}

TEST(RedisSession, a_server_that_cannot_answer_now_has_refused_nothing) {
    const Settings settings;
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(error("BUSY Redis is busy running a script.")));
    EXPECT_TRUE(session.refused().empty());
}

TEST(RedisSession, a_word_that_may_be_a_user_is_explained_when_it_is_refused) {
    Settings settings = with_login("", "app");
    settings.word_alone = true;
    Session session(settings, Questions::none());
    const auto rejection =
        session.take(error("WRONGPASS invalid username-password pair or user is disabled."));
    ASSERT_TRUE(rejection);
    EXPECT_NE(rejection->detail.find("USER:@"), std::string::npos) << rejection->detail;
}

TEST(RedisPermissions, what_was_refused_is_left_out_for_a_while_and_then_asked_again) {
    Permissions permissions;
    EXPECT_TRUE(permissions.next_inspection().has(Question::info));
    permissions.note_refused(Question::info);
    for (unsigned i = 0; i < Permissions::kPatience; ++i) {
        const Questions questions = permissions.next_inspection();
        EXPECT_FALSE(questions.has(Question::info));
        EXPECT_TRUE(questions.has(Question::config));
    }
    EXPECT_TRUE(permissions.next_inspection().has(Question::info));
    EXPECT_TRUE(permissions.next_inspection().has(Question::info));  // nothing was refused in between
}

TEST(RedisSession, config_fills_what_info_leaves_out) {
    const Settings settings;
    Session session(settings, Questions::all());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("redis_version:3.0.0\r\n")));
    EXPECT_EQ(session.command().reveal(), "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$4\r\nsave\r\n");
    EXPECT_FALSE(session.take(pair("save", "")));
    EXPECT_FALSE(session.take(pair("maxmemory-policy", "allkeys-lru")));
    EXPECT_EQ(session.step(), Step::config);
    EXPECT_FALSE(session.take(pair("maxclients", "4064")));
    EXPECT_EQ(session.step(), Step::done);
    EXPECT_EQ(session.info()->number("maxclients"), 4064);
    EXPECT_EQ(session.info()->text("maxmemory_policy"), "allkeys-lru");
    EXPECT_TRUE(session.info()->has("save"));
}

TEST(RedisSession, a_config_that_is_refused_once_is_not_asked_for_the_rest) {
    const Settings settings;
    Session session(settings, Questions::all());
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("redis_version:3.0.0\r\n")));
    EXPECT_FALSE(session.take(error("NOPERM")));
    EXPECT_EQ(session.step(), Step::done);
    EXPECT_EQ(session.refused(), std::vector{Question::config});
}

TEST(RedisSession, a_password_that_comes_back_is_hidden_before_a_long_value_is_cut) {
    const Settings settings = with_login("", "s3cret-and-long");
    const std::string edge = std::string(kMaxFactValue - 6, 'x') + "s3cret-and-long";
    Session session(settings, Questions::all());
    EXPECT_FALSE(session.take(status("OK")));
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("redis_version:" + edge + "\r\nrole:s3cret-and-long\r\nmaxclients:5\r\n" +
                                   "maxmemory_policy:x\r\ncluster_enabled:1\r\n")));
    EXPECT_FALSE(session.take(pair("save", edge)));
    EXPECT_FALSE(session.take(text("cluster_state:" + edge)));
    EXPECT_EQ(session.info()->text("role"), "***");
    for (const std::string_view value : {session.info()->text("redis_version"), session.info()->text("save"),
                                         session.cluster()->text("cluster_state")}) {
        EXPECT_EQ(value.size(), kMaxFactValue - 3);
        EXPECT_EQ(value.find("s3"), std::string_view::npos) << value;
    }
}

// An amount may hold the digits of a short password, and stays one.
TEST(RedisSession, a_password_of_digits_spoils_no_amount) {
    const Settings settings = with_login("", "10");
    Session session(settings, plain_inspection());
    EXPECT_FALSE(session.take(status("OK")));
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("maxclients:1000\r\n")));
    EXPECT_EQ(session.info()->number("maxclients"), 1000);
}

TEST(RedisSession, a_well_formed_but_wrong_reply_is_unexpected) {
    const Settings settings = with_login("", "s3cret");
    Session echo(settings, Questions::none());  // an echo service gives our command back
    const auto rejection = echo.take({Reply::Type::array, "", 0, {text("AUTH"), text("s3cret")}});
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->cause, Cause::peer_unexpected);
    EXPECT_EQ(rejection->detail, "another reply where OK was expected");

    const Settings open;
    Session ping(open, Questions::none());
    ASSERT_TRUE(ping.take(status("OK")));
    Session info(open, Questions::all());
    EXPECT_FALSE(info.take(status("PONG")));
    ASSERT_TRUE(info.take(status("OK")));
}

TEST(RedisRejection, every_code_has_its_cause) {
    const std::vector<std::pair<std::string_view, Cause>> table{
        {"NOAUTH Authentication required.", Cause::redis_noauth},
        {"WRONGPASS invalid username-password pair or user is disabled.", Cause::redis_wrongpass},
        {"ERR invalid password", Cause::redis_wrongpass},
        {"ERR Client sent AUTH, but no password is set", Cause::redis_wrongpass},
        {"ERR AUTH <password> called without any password configured for the default user.",
         Cause::redis_wrongpass},
        {"NOPERM this user has no permissions to run the 'ping' command", Cause::redis_noperm},
        {"LOADING Redis is loading the dataset in memory", Cause::redis_loading},
        {"MOVED 3999 127.0.0.1:6381", Cause::redis_moved},
        {"ASK 3999 127.0.0.1:6381", Cause::redis_ask},
        {"READONLY You can't write against a read only replica.", Cause::redis_readonly},
        {"OOM command not allowed when used memory > 'maxmemory'.", Cause::redis_out_of_memory},
        {"ERR max number of clients reached", Cause::redis_max_clients},
        {"ERR max number of clients + cluster connections reached", Cause::redis_max_clients},
        {"BUSY Redis is busy running a script.", Cause::redis_busy},
        {"MASTERDOWN Link with MASTER is down", Cause::redis_masterdown},
        {"DENIED Redis is running in protected mode", Cause::redis_protected_mode},
        {"CLUSTERDOWN The cluster is down", Cause::redis_cluster_down},
        {"TRYAGAIN Multiple keys request during rehashing of slot", Cause::redis_tryagain},
        {"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist",
         Cause::redis_misconf},
        {"NOREPLICAS Not enough good replicas to write.", Cause::redis_noreplicas},
        {"ERR DB index is out of range", Cause::redis_error},
        {"", Cause::redis_error},
        {"BUSYGROUP Consumer Group name already exists", Cause::redis_error},
    };
    for (const auto& [words, cause] : table)
        EXPECT_EQ(cause_of_error(words), cause) << words;
}

TEST(RedisSession, what_is_told_of_a_command_and_its_reply_holds_no_secret) {
    const auto settings = with_login("app", "hunter2secret", 3);
    EXPECT_EQ(words_of_first_command(settings), "AUTH ***");
    EXPECT_EQ(words_of_first_command(with_login("", "", 3)), "SELECT 3");
    EXPECT_EQ(words_of_first_command({}), "PING");
    const Session session(settings, Questions::none());
    EXPECT_EQ(session.words_of(status("OK hunter2secret")), "OK ***");
    EXPECT_EQ(session.words_of(error("ERR unknown command 'AUTH', with args beginning with: 'hunter2")),
              "error: ERR unknown command ");
    EXPECT_EQ(session.words_of(text("hunter2secret")), "***");
    EXPECT_EQ(session.words_of(text(std::string(500, 'x'))), "a text of 500 bytes");
    EXPECT_EQ(session.words_of(pair("a", "b")), "a list of 2");
    EXPECT_EQ(session.words_of({Reply::Type::integer, "", 7, {}}), "7");
    EXPECT_EQ(session.words_of({}), "nothing");
}

}  // namespace
}  // namespace plumb::redis
