#include "probes/redis/session.hpp"

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
    Session session(settings);
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
    Session session(settings);
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
    Session session(settings);
    EXPECT_FALSE(session.take(error("ERR wrong number of arguments for 'auth' command")));
    EXPECT_EQ(session.command().reveal(), "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n");
    EXPECT_FALSE(session.take(status("OK")));
    EXPECT_EQ(session.step(), Step::ping);
}

TEST(RedisSession, a_second_wrong_number_of_arguments_is_final) {
    const Settings settings = with_login("app", "s3cret");
    Session session(settings);
    EXPECT_FALSE(session.take(error("ERR wrong number of arguments for 'auth' command")));
    const auto rejection = session.take(error("ERR wrong number of arguments for 'auth' command"));
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->cause, Cause::redis_error);
}

TEST(RedisSession, a_missing_password_shows_as_authenticate_although_ping_learns_it) {
    const Settings settings;
    Session session(settings);
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
        Session session(settings);
        const auto rejection = session.take(error(words));
        ASSERT_TRUE(rejection);
        EXPECT_EQ(rejection->cause, Cause::redis_error);
        EXPECT_EQ(rejection->detail.find("s3cret"), std::string::npos) << rejection->detail;
        EXPECT_TRUE(rejection->detail.starts_with("ERR ")) << rejection->detail;
    }
}

TEST(RedisSession, hidden_info_is_no_failure) {
    const Settings settings;
    Session session(settings);
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(error("NOPERM this user has no permissions to run the 'info' command")));
    EXPECT_EQ(session.step(), Step::done);
    EXPECT_TRUE(session.info_hidden());
    EXPECT_FALSE(session.info());
}

TEST(RedisSession, config_fills_what_an_older_info_lacks) {
    const Settings settings;
    Session session(settings);
    EXPECT_FALSE(session.take(status("PONG")));
    EXPECT_FALSE(session.take(text("redis_version:3.0.0\r\n")));
    EXPECT_EQ(session.step(), Step::ask_max_clients);
    EXPECT_FALSE(session.take(pair("maxclients", "4064")));
    EXPECT_EQ(session.step(), Step::ask_policy);
    EXPECT_FALSE(session.take(error("NOPERM")));
    EXPECT_EQ(session.step(), Step::done);
    EXPECT_EQ(session.info()->number("maxclients"), 4064);
    EXPECT_FALSE(session.info()->has("maxmemory_policy"));
}

TEST(RedisSession, a_well_formed_but_wrong_reply_is_unexpected) {
    const Settings settings = with_login("", "s3cret");
    Session echo(settings);  // an echo service gives our command back
    const auto rejection = echo.take({Reply::Type::array, "", 0, {text("AUTH"), text("s3cret")}});
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->cause, Cause::peer_unexpected);
    EXPECT_EQ(rejection->detail, "another reply where OK was expected");

    const Settings open;
    Session ping(open);
    ASSERT_TRUE(ping.take(status("OK")));
    Session info(open);
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
        {"ASK 3999 127.0.0.1:6381", Cause::redis_moved},
        {"READONLY You can't write against a read only replica.", Cause::redis_readonly},
        {"OOM command not allowed when used memory > 'maxmemory'.", Cause::redis_out_of_memory},
        {"ERR max number of clients reached", Cause::redis_max_clients},
        {"ERR max number of clients + cluster connections reached", Cause::redis_max_clients},
        {"BUSY Redis is busy running a script.", Cause::redis_busy},
        {"MASTERDOWN Link with MASTER is down", Cause::redis_masterdown},
        {"DENIED Redis is running in protected mode", Cause::redis_protected_mode},
        {"CLUSTERDOWN The cluster is down", Cause::redis_cluster_down},
        {"ERR DB index is out of range", Cause::redis_error},
        {"", Cause::redis_error},
        {"BUSYGROUP Consumer Group name already exists", Cause::redis_error},
    };
    for (const auto& [words, cause] : table)
        EXPECT_EQ(cause_of_error(words), cause) << words;
}

}  // namespace
}  // namespace plumb::redis
