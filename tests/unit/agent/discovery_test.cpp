#include "agent/discovery.hpp"

#include "tests/unit/agent/fakes.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Discovered find(const EnvironmentPairs& environment) {
    return discover(environment, test::small_registry);
}

std::vector<std::string> names(const Discovered& found) {
    std::vector<std::string> out;
    for (const auto& spec : found.targets)
        out.push_back(spec.dependency);
    return out;
}

TEST(Discovery, a_suffix_goes_and_the_rest_becomes_the_name) {
    EXPECT_EQ(dependency_of_variable("DATABASE_URL"), "database");
    EXPECT_EQ(dependency_of_variable("PAYMENTS_API_URL"), "payments-api");
    EXPECT_EQ(dependency_of_variable("REDIS_URI"), "redis");
    EXPECT_EQ(dependency_of_variable("ORDERS_DSN"), "orders");
    EXPECT_EQ(dependency_of_variable("SEARCH_ENDPOINT"), "search");
    EXPECT_EQ(dependency_of_variable("BROKER_ADDR"), "broker");
    EXPECT_EQ(dependency_of_variable("BROKER_ADDRESS"), "broker");
    EXPECT_EQ(dependency_of_variable("MAIN_DB"), "main-db");
    EXPECT_EQ(dependency_of_variable("_URL"), "");
}

TEST(Discovery, a_variable_counts_only_when_its_whole_value_is_a_url_of_a_known_scheme) {
    const auto found = find({{"DATABASE_URL", "postgres://app:pw@db:5432/x"},
                             {"GREETING", "see https://example.com for more"},
                             {"ODD_URL", "gopher://old"},
                             {"PLAIN", "value"},
                             {"CACHE_URL", "  redis://cache:6379/0\n"}});
    EXPECT_THAT(names(found), ElementsAre("cache", "database"));
    EXPECT_EQ(found.targets[1].url.host, "db");
    EXPECT_EQ(found.targets[1].url.password.reveal(), "pw");
    EXPECT_EQ(found.targets[1].origin, "DATABASE_URL");
}

TEST(Discovery, variables_of_the_platform_and_proxies_never_count) {
    EXPECT_THAT(find({{"ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x"},
                      {"AWS_ENDPOINT_URL", "https://x.amazonaws.com"},
                      {"KUBERNETES_PORT", "tcp://10.0.0.1:443"},
                      {"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                      {"KUBERNETES_SERVICE_PORT", "443"},
                      {"HTTP_PROXY", "http://proxy:3128"},
                      {"https_proxy", "http://proxy:3128"}})
                    .targets,
                IsEmpty());
}

TEST(Discovery, a_host_and_port_pair_is_probed_as_tcp_and_says_so) {
    const auto found = find({{"CACHE_HOST", "cache.internal"}, {"CACHE_PORT", "6379"}});
    ASSERT_THAT(names(found), ElementsAre("cache"));
    EXPECT_EQ(found.targets[0].url.scheme, "tcp");
    EXPECT_EQ(found.targets[0].url.host, "cache.internal");
    EXPECT_EQ(found.targets[0].url.port, 6379);
    EXPECT_THAT(found.targets[0].note, HasSubstr("probed as TCP"));
}

TEST(Discovery, half_a_pair_or_an_address_to_listen_on_is_no_target) {
    EXPECT_THAT(find({{"CACHE_HOST", "cache"}}).targets, IsEmpty());
    EXPECT_THAT(find({{"CACHE_HOST", "cache"}, {"CACHE_PORT", "six"}}).targets, IsEmpty());
    EXPECT_THAT(find({{"CACHE_HOST", "cache"}, {"CACHE_PORT", "70000"}}).targets, IsEmpty());
    EXPECT_THAT(find({{"HOST", "api"}, {"PORT", "8080"}}).targets, IsEmpty());
    EXPECT_THAT(find({{"SERVER_HOST", "0.0.0.0"}, {"SERVER_PORT", "8080"}}).targets, IsEmpty());
}

TEST(Discovery, a_pair_may_repeat_the_port_or_bracket_its_address) {
    const auto found = find({{"A_HOST", "cache.internal:6379"},
                             {"A_PORT", "6379"},
                             {"B_HOST", "[fd00::1]"},
                             {"B_PORT", "6379"},
                             {"C_HOST", "fd00::2"},
                             {"C_PORT", "6379"}});
    ASSERT_THAT(names(found), ElementsAre("a", "b", "c"));
    EXPECT_EQ(found.targets[0].url.host, "cache.internal");
    EXPECT_EQ(found.targets[1].url.host, "fd00::1");
    EXPECT_EQ(found.targets[2].url.host, "fd00::2");
}

TEST(Discovery, a_pair_that_cannot_be_probed_is_a_warning_without_its_value) {
    const auto found = find({{"A_HOST", "cache:1"},
                             {"A_PORT", "6379"},
                             {"B_HOST", "/var/run/db"},
                             {"B_PORT", "5432"},
                             {"C_HOST", "cache"},
                             {"C_PORT", "six"}});
    EXPECT_THAT(found.targets, IsEmpty());
    EXPECT_THAT(found.warnings,
                ElementsAre("A_HOST: is no host name or address", "B_HOST: is no host name or address",
                            "C_PORT: is no port; it should be a number from 1 to 65535"));
}

TEST(Discovery, a_port_that_is_a_url_is_a_target_of_its_own) {
    const auto found = find({{"REDIS_HOST", "redis"}, {"REDIS_PORT", "tcp://172.17.0.5:6379"}});
    EXPECT_THAT(names(found), ElementsAre("redis-port"));
    EXPECT_THAT(found.warnings, IsEmpty());
}

TEST(Discovery, a_url_says_more_than_a_pair_that_names_the_same_place) {
    const auto found =
        find({{"CACHE_URL", "redis://cache:6379/0"}, {"CACHE_HOST", "cache"}, {"CACHE_PORT", "6379"}});
    ASSERT_THAT(names(found), ElementsAre("cache"));
    EXPECT_EQ(found.targets[0].url.scheme, "redis");
}

TEST(Discovery, variables_of_libpq_become_one_postgres_target) {
    const auto found = find({{"PGHOST", "db.internal"},
                             {"PGPORT", "6432"},
                             {"PGUSER", "app"},
                             {"PGPASSWORD", "s3cret/@"},
                             {"PGDATABASE", "shop orders"},
                             {"PGSSLMODE", "require"}});
    ASSERT_THAT(names(found), ElementsAre("postgres"));
    const auto& url = found.targets[0].url;
    EXPECT_EQ(url.scheme, "postgres");
    EXPECT_EQ(url.host, "db.internal");
    EXPECT_EQ(url.port, 6432);
    EXPECT_EQ(url.user, "app");
    EXPECT_EQ(url.password.reveal(), "s3cret/@");
    EXPECT_EQ(url.path, "/shop%20orders");
    EXPECT_EQ(url.option("sslmode"), "require");
}

TEST(Discovery, libpqs_variables_beside_a_url_of_the_same_place_are_one_target) {
    const auto found = find({{"PGHOST", "DB"}, {"POSTGRES_URL", "postgres://app@db:5432/x"}});
    ASSERT_THAT(names(found), ElementsAre("postgres"));
    EXPECT_EQ(found.targets[0].origin, "POSTGRES_URL");
}

TEST(Discovery, libpqs_address_serves_without_a_name_and_its_password_is_taken_as_it_is) {
    const auto found = find({{"PGHOSTADDR", "10.0.1.7"}, {"PGPASSWORD", " blanks "}});
    ASSERT_THAT(names(found), ElementsAre("postgres"));
    EXPECT_EQ(found.targets[0].url.host, "10.0.1.7");
    EXPECT_EQ(found.targets[0].url.password.reveal(), " blanks ");
}

TEST(Discovery, a_socket_directory_of_libpq_is_a_warning) {
    const auto found = find({{"PGHOST", "/var/run/postgresql"}});
    EXPECT_THAT(found.targets, IsEmpty());
    EXPECT_THAT(found.warnings, ElementsAre("PGHOST: is a local socket's directory; only TCP is probed"));
}

TEST(Discovery, an_http_url_is_only_connected_to_and_the_note_names_the_way_to_send_a_request) {
    const auto found = find({{"PAYMENTS_API_URL", "https://pay.example.com/charge?token=abc"}});
    ASSERT_THAT(names(found), ElementsAre("payments-api"));
    EXPECT_TRUE(found.targets[0].connect_only);
    EXPECT_THAT(found.targets[0].note, HasSubstr("no request was sent"));
    EXPECT_THAT(found.targets[0].note, HasSubstr("--target payments-api=env:PAYMENTS_API_URL"));
    EXPECT_THAT(found.targets[0].note, Not(HasSubstr("abc")));
}

TEST(Discovery, of_an_http_url_only_the_place_is_kept_since_a_webhook_has_its_secret_in_the_path) {
    const auto found = find({{"HOOK_URL", "https://hooks.example.com/services/T0/s3cret?k=s3cret#s3cret"}});
    ASSERT_THAT(names(found), ElementsAre("hook"));
    EXPECT_EQ(found.targets[0].url.redacted({}), "https://hooks.example.com");
    EXPECT_EQ(found.targets[0].url.raw_query, "");
    EXPECT_TRUE(found.targets[0].url.fragment.empty());
}

TEST(Discovery, what_may_be_a_piece_of_a_password_is_not_named_as_an_option) {
    const auto found = find({{"DATABASE_URL", "postgres://db/x?s3cret&pa ss=1&pool=5"}});
    ASSERT_THAT(names(found), ElementsAre("database"));
    EXPECT_EQ(found.targets[0].note, "options of the app's own driver were left out: ***, ***, pool");
}

TEST(Discovery, options_of_the_apps_own_driver_are_left_out_and_named) {
    const auto found = find({{"DATABASE_URL", "postgres://db/x?pool=5&sslmode=require&schema=s"}});
    ASSERT_THAT(names(found), ElementsAre("database"));
    EXPECT_EQ(found.targets[0].url.query.size(), 1U);
    EXPECT_EQ(found.targets[0].url.option("sslmode"), "require");
    EXPECT_EQ(found.targets[0].note, "options of the app's own driver were left out: pool, schema");
}

TEST(Discovery, other_drivers_ways_to_write_a_url_are_understood) {
    const auto found =
        find({{"A_URL", "jdbc:postgresql://db:5432/x?user=app&password=pw&ApplicationName=shop"},
              {"B_URL", "postgresql+psycopg2://app:pw@db/x"},
              {"C_URL", "jdbc:mysql://db/x"}});
    ASSERT_THAT(names(found), ElementsAre("a", "b", "c"));
    EXPECT_EQ(found.targets[0].url.user, "app");
    EXPECT_EQ(found.targets[0].url.password.reveal(), "pw");
    EXPECT_TRUE(found.targets[0].url.query.empty());
    EXPECT_EQ(found.targets[1].url.scheme, "postgresql");
    EXPECT_EQ(found.targets[2].url.scheme, "mysql");
}

TEST(Discovery, equal_names_stay_apart_whatever_the_order_of_the_environment) {
    EnvironmentPairs environment{{"CACHE_URL", "redis://a:6379"},
                                 {"CACHE_DSN", "redis://b:6379"},
                                 {"CACHE_2_URL", "redis://c:6379"},
                                 {"CACHE_ADDR", "redis://d:6379"}};
    const auto first = find(environment);
    EXPECT_THAT(names(first), ElementsAre("cache", "cache-2", "cache-3", "cache-4"));
    std::reverse(environment.begin(), environment.end());
    const auto second = find(environment);
    ASSERT_EQ(names(first), names(second));
    for (std::size_t i = 0; i < first.targets.size(); ++i) {
        EXPECT_EQ(first.targets[i].url.host, second.targets[i].url.host);
    }
}

TEST(Discovery, a_url_of_an_srv_record_is_a_warning) {
    const auto found = find({{"EVENTS_URL", "redis+srv://app:hunter2@cluster.example.com/x"}});
    EXPECT_THAT(found.targets, IsEmpty());
    EXPECT_THAT(
        found.warnings,
        ElementsAre("EVENTS_URL: names an SRV record, not a host; give one of its hosts with --target"));
    EXPECT_THAT(find({{"A_URL", "gopher+srv://x"}}).warnings, IsEmpty());
}

TEST(Discovery, a_broken_url_is_a_warning_without_its_value) {
    const auto found = find({{"DATABASE_URL", "postgres://app:hunter2@db:99999/x"}});
    EXPECT_THAT(found.targets, IsEmpty());
    ASSERT_EQ(found.warnings.size(), 1U);
    EXPECT_THAT(found.warnings[0], HasSubstr("DATABASE_URL: "));
    EXPECT_THAT(found.warnings[0], Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace plumb::agent
