#include "probes/redis/settings.hpp"

#include <gtest/gtest.h>

namespace plumb::redis {
namespace {

Result<Settings> of(std::string_view text) {
    return settings_of(parse_url(text).value());
}

std::string error_of(std::string_view text) {
    const auto settings = of(text);
    return settings ? "(accepted)" : settings.error().message;
}

TEST(RedisSettings, defaults_are_those_of_the_clients) {
    const Settings settings = of("redis://cache").value();
    EXPECT_EQ(settings.host, "cache");
    EXPECT_EQ(settings.port, 6379);
    EXPECT_FALSE(settings.tls);
    EXPECT_FALSE(settings.logs_in());
    EXPECT_EQ(settings.database, 0);
}

TEST(RedisSettings, credentials_and_database_are_read) {
    const Settings settings = of("rediss://app:p%40ss@cache:7000/3").value();
    EXPECT_TRUE(settings.tls);
    EXPECT_EQ(settings.port, 7000);
    EXPECT_EQ(settings.user, "app");
    EXPECT_EQ(settings.password.reveal(), "p@ss");
    EXPECT_EQ(settings.database, 3);
    EXPECT_EQ(of("redis://cache?db=4").value().database, 4);
    EXPECT_EQ(of("redis://cache/0/").value().database, 0);
}

TEST(RedisSettings, userinfo_without_a_colon_is_the_password) {
    const Settings settings = of("redis://s3cret@cache").value();
    EXPECT_EQ(settings.user, "");
    EXPECT_EQ(settings.password.reveal(), "s3cret");
    EXPECT_EQ(of("redis://:s3cret@cache").value().password.reveal(), "s3cret");
}

TEST(RedisSettings, a_colon_makes_a_user_also_without_a_password) {
    const Settings settings = of("redis://app:@cache").value();
    EXPECT_EQ(settings.user, "app");
    EXPECT_TRUE(settings.password.empty());
    EXPECT_TRUE(settings.logs_in());
    EXPECT_FALSE(settings.word_alone);
    EXPECT_TRUE(of("redis://app@cache").value().word_alone);
    EXPECT_FALSE(of("redis://:@cache").value().logs_in());
}

TEST(RedisSettings, both_ends_of_the_tls_versions_may_be_set) {
    EXPECT_TRUE(settings_of(parse_url("rediss://cache?min_tls=1.2&max_tls=1.3").value()));
    EXPECT_FALSE(settings_of(parse_url("rediss://cache?max_tsl=1.3").value()));
}

TEST(RedisSettings, options_of_the_apps_own_client_are_let_through) {
    EXPECT_TRUE(of("redis://cache/0?socket_timeout=5&max_connections=10&ssl_cert_reqs=required"));
    EXPECT_TRUE(of("rediss://cache/0?ssl_cert_reqs=CERT_NONE").value().insecure);
    EXPECT_FALSE(of("rediss://cache/0?ssl_cert_reqs=required").value().insecure);
}

TEST(RedisSettings, the_apps_own_words_for_its_certificate_and_the_name_are_followed) {
    const auto settings =
        of("rediss://cache?ssl_ca_certs=/a&ssl_certfile=/c&ssl_keyfile=/k&ssl_check_hostname=False").value();
    EXPECT_EQ(settings.ca, "/a");
    EXPECT_EQ(settings.certificate, "/c");
    EXPECT_EQ(settings.key, "/k");
    EXPECT_TRUE(settings.any_name);
    EXPECT_FALSE(of("rediss://cache").value().any_name);
}

TEST(RedisSettings, mistakes_are_named) {
    EXPECT_NE(error_of("redis://cache?insecrue=1").find("did you mean 'insecure'?"), std::string::npos);
    EXPECT_NE(error_of("redis://cache/orders").find("redis://host:6379/0"), std::string::npos);
    EXPECT_NE(error_of("redis://cache/-1").find("number"), std::string::npos);
    EXPECT_NE(error_of("redis:///0").find("a host is needed"), std::string::npos);
}

}  // namespace
}  // namespace plumb::redis
