#include "probes/url.hpp"

#include <array>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using testing::HasSubstr;
using testing::Not;

Url parsed(std::string_view text) {
    auto url = parse_url(text);
    EXPECT_TRUE(url) << text << ": " << (url ? "" : url.error().message);
    return url ? *url : Url{};
}

std::string problem(std::string_view text) {
    const auto url = parse_url(text);
    EXPECT_FALSE(url) << text;
    return url ? "" : url.error().message;
}

TEST(Url, splits_into_its_parts) {
    const auto url =
        parsed("postgresql://app:s3cret@DB.internal:6432/orders?sslmode=require&application_name=x%20y");
    EXPECT_EQ(url.scheme, "postgresql");
    EXPECT_EQ(url.user, "app");
    EXPECT_EQ(url.password.reveal(), "s3cret");
    EXPECT_EQ(url.host, "db.internal");
    EXPECT_EQ(url.port, 6432);
    EXPECT_EQ(url.path, "/orders");
    EXPECT_EQ(url.option("sslmode"), "require");
    EXPECT_EQ(url.option("application_name"), "x y");
    EXPECT_EQ(url.option("absent"), std::nullopt);
}

TEST(Url, keeps_the_query_as_written_beside_the_decoded_one) {
    EXPECT_EQ(parsed("https://h/p?a=%20b&c").raw_query, "a=%20b&c");
}

TEST(Url, reads_an_ipv6_host_in_brackets) {
    const auto url = parsed("redis://[2001:db8::1]:6380/0");
    EXPECT_EQ(url.host, "2001:db8::1");
    EXPECT_EQ(url.port, 6380);
    EXPECT_EQ(url.redacted({}), "redis://[2001:db8::1]:6380/0");
}

TEST(Url, reads_the_zone_of_a_link_local_address_escaped_or_not) {
    EXPECT_EQ(parsed("tcp://[fe80::1%25eth0]:5432").host, "fe80::1%eth0");
    EXPECT_EQ(parsed("tcp://[fe80::1%eth0]:5432").host, "fe80::1%eth0");
}

TEST(Url, a_user_with_an_empty_password_is_not_a_user_alone) {
    EXPECT_TRUE(parse_url("redis://app:@cache").value().password_given);
    EXPECT_TRUE(parse_url("redis://app:@cache").value().password.empty());
    EXPECT_FALSE(parse_url("redis://app@cache").value().password_given);
    EXPECT_FALSE(parse_url("redis://cache:6379").value().password_given);
}

TEST(Url, reads_a_password_without_a_user) {
    const auto url = parsed("redis://:secret@host");
    EXPECT_EQ(url.user, "");
    EXPECT_EQ(url.password.reveal(), "secret");
    EXPECT_EQ(url.redacted({}), "redis://:***@host");
}

TEST(Url, drops_the_line_break_that_a_file_ends_with) {
    EXPECT_EQ(parsed("tcp://db:1\n").port, 1);
}

struct Password {
    const char* url;
    const char* password;
    const char* host;
    const char* path;
};

class PasswordTest : public testing::TestWithParam<Password> {};

TEST_P(PasswordTest, is_read_as_the_driver_of_the_app_reads_it_and_never_printed) {
    const auto& expected = GetParam();
    const auto url = parsed(expected.url);
    EXPECT_EQ(url.user, "user");
    EXPECT_EQ(url.password.reveal(), expected.password);
    EXPECT_EQ(url.host, expected.host);
    EXPECT_EQ(url.path, expected.path);
    const auto shown = url.redacted({});
    EXPECT_THAT(shown, HasSubstr("user:***@host"));
    EXPECT_THAT(shown, Not(HasSubstr("ss")));
}

INSTANTIATE_TEST_SUITE_P(
    Url, PasswordTest,
    testing::Values(Password{"postgres://user:p%40ss@host", "p@ss", "host", ""},
                    Password{"postgres://user:p#ss@host:5/db", "p#ss", "host", "/db"},
                    Password{"postgres://user:p^ss w@host/db", "p^ss w", "host", "/db"},
                    Password{"postgres://user:p/ss@host/db", "p/ss", "host", "/db"},
                    Password{"postgres://user:12/ss@host/db", "12/ss", "host", "/db"},
                    Password{"postgres://user:p?ss@host/db", "p?ss", "host", "/db"},
                    Password{"postgres://user:12/a?ss@host/db", "12/a?ss", "host", "/db"},
                    Password{"postgres://user:a/b@c/ss@host/db", "a/b@c/ss", "host", "/db"},
                    Password{"postgres://user:p@ss@host/db", "p@ss", "host", "/db"},
                    Password{"postgres://user:p@ss#x@host/db", "p@ss#x", "host", "/db"},
                    Password{"postgres://user:p:ss@host/db", "p:ss", "host", "/db"},
                    Password{"postgres://user:100%ss@host/db", "100%ss", "host", "/db"},
                    Password{"https://user:p/ss@host/", "p/ss", "host", "/"}));

TEST(Url, leaves_an_at_sign_in_a_web_path_alone) {
    const auto url = parsed("https://registry.example/@scope/package?mail=a@b");
    EXPECT_EQ(url.host, "registry.example");
    EXPECT_EQ(url.path, "/@scope/package");
    EXPECT_EQ(url.option("mail"), "a@b");
}

TEST(Url, hides_what_stands_before_an_at_sign_in_a_path) {
    EXPECT_THAT(parsed("https://user:12/secret@host/").redacted({}), Not(HasSubstr("secret")));
}

TEST(Url, hides_query_values_that_are_not_the_probes_own) {
    const auto url = parsed("tls://host/p?token=hunter2&sni=x&hunter2");
    EXPECT_EQ(url.redacted({"sni"}), "tls://host/p?token=***&sni=x&***");
}

TEST(Url, hides_a_user_that_may_be_a_token) {
    EXPECT_EQ(parsed("https://ghp_token@host/").redacted({}), "https://***@host/");
    EXPECT_EQ(parsed("postgres://app@host/").redacted({}), "postgres://app@host/");
}

TEST(Url, takes_the_first_of_several_hosts_and_remembers_the_rest) {
    const auto url = parsed("mongodb://u:p@a:27017,b:27018,c/db?replicaSet=r");
    EXPECT_EQ(url.host, "a");
    EXPECT_EQ(url.port, 27017);
    EXPECT_EQ(url.other_hosts, "b:27018,c");
    EXPECT_EQ(url.path, "/db");
}

TEST(Url, no_password_whatever_its_characters_is_ever_printed) {
    std::mt19937 random(20261123);
    constexpr std::string_view kCharacters = "/?#@:%^ &=+[]~!$,;'\"\\<>{}|`-._*()0123456789abc";
    const std::array<std::string, 5> schemes{"postgres", "redis", "mysql", "https", "amqp"};
    int read_whole = 0;
    constexpr int kRounds = 50'000;
    for (int round = 0; round < kRounds; ++round) {
        std::string password = "hunter2";
        for (unsigned i = random() % 6; i > 0; --i) {
            const auto at = random() % (password.size() + 1);
            if (at > 0 && at < 7) continue;  // the marker stays whole
            password.insert(at, 1, kCharacters[random() % kCharacters.size()]);
        }
        const auto& scheme = schemes[random() % schemes.size()];
        // https://user:@a/b@host/ is a valid URL of the host "a": with both kinds of delimiters nobody can
        // know.
        if (scheme == "https" && password.find('@') != std::string::npos) continue;
        const auto text = scheme + "://user:" + password + "@host:5432/db?sslmode=require";
        const auto url = parse_url(text);
        const auto shown = url ? url->redacted({"sslmode"}) : url.error().message;
        ASSERT_EQ(shown.find("hunter2"), std::string::npos) << text << " -> " << shown;
        if (url && url->host == "host" && url->password.reveal().size() == password.size()) ++read_whole;
    }
    EXPECT_GT(read_whole, kRounds / 2);
}

class BadUrlTest : public testing::TestWithParam<const char*> {};

TEST_P(BadUrlTest, is_refused_without_repeating_its_text) {
    const auto message = problem(GetParam());
    EXPECT_FALSE(message.empty());
    EXPECT_THAT(message, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(Url, BadUrlTest,
                         testing::Values("hunter2", "", "hunter2@host:5432", "://hunter2", "hunter2 x://host",
                                         "tcp://host:hunter2", "tcp://host:0", "tcp://host:65536",
                                         "tcp://host:-1", "tcp://hunter2 space:1", "tcp://[::1:80",
                                         "tcp://[hunter2]:80", "tcp://::1:80", "tcp://[::1]hunter2",
                                         "tcp://host\nhunter2:1", "postgres://u:hunter2%00@host",
                                         "postgres://%2Fvar%2Frun%2Fhunter2/db", "tcp://h\xc3\xb6st:1",
                                         "postgres://user:hunter2@ho st/db", "tcp://a:1,hunter2:x"));

TEST(Url, refuses_an_endless_url) {
    EXPECT_THAT(problem("tcp://" + std::string(9000, 'a')), HasSubstr("8192"));
}

}  // namespace
}  // namespace plumb
