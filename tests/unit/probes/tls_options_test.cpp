#include "probes/net/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/tls1.h>

namespace plumb::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<TlsOptions> options(const std::string& query) {
    return TlsOptions::from_url(parse_url("tls://api.example:443" + query).value());
}

TEST(TlsOptions, default_is_full_verification_of_the_urls_host) {
    const auto read = options("").value();
    EXPECT_EQ(read.server_name, "api.example");
    EXPECT_TRUE(read.verify);
    EXPECT_TRUE(read.verify_name);
    EXPECT_EQ(read.minimum_version, 0);
}

TEST(TlsOptions, the_dot_of_an_absolute_name_is_none_of_the_certificates) {
    EXPECT_EQ(TlsOptions::from_url(parse_url("tls://db.example.:443").value())->server_name, "db.example");
    EXPECT_EQ(TlsOptions::from_url(parse_url("tls://10.0.0.1?sni=db.example.").value())->server_name,
              "db.example");
}

TEST(TlsOptions, every_option_is_read) {
    const auto read =
        options("?sni=x.example&ca=/c&cert=/t&key=/k&insecure=1&alpn=h2,http/1.1&min_tls=1.3").value();
    EXPECT_EQ(read.server_name, "x.example");
    EXPECT_EQ(read.ca_file, "/c");
    EXPECT_EQ(read.certificate_file, "/t");
    EXPECT_EQ(read.key_file, "/k");
    EXPECT_FALSE(read.verify);
    EXPECT_THAT(read.alpn, ElementsAre("h2", "http/1.1"));
    EXPECT_EQ(read.minimum_version, TLS1_3_VERSION);
}

TEST(TlsOptions, wrong_values_are_refused_with_what_would_be_right) {
    EXPECT_THAT(options("?min_tls=1.1").error().message, HasSubstr("1.2 or 1.3"));
    EXPECT_THAT(options("?max_tls=TLSv1.2").error().message, HasSubstr("'max_tls' is 1.2 or 1.3"));
    EXPECT_THAT(options("?min_tls=1.3&max_tls=1.2").error().message, HasSubstr("'min_tls' is higher than"));
    EXPECT_THAT(options("?insecure=perhaps").error().message, HasSubstr("'insecure' is 1 or 0"));
    EXPECT_THAT(options("?key=/k").error().message, HasSubstr("'cert'"));
    EXPECT_THAT(options("?alpn=h2,,x").error().message, HasSubstr("'alpn'"));
}

TEST(TlsOptions, a_server_name_that_no_certificate_can_carry_is_refused) {
    for (const std::string name : {"", "two%20words", "b%C3%BCcher.example", "*.example"}) {
        const auto read = options("?sni=" + name);
        ASSERT_FALSE(read) << name;
        EXPECT_THAT(read.error().message, HasSubstr("'sni' is a host name")) << name;
    }
    EXPECT_THAT(options("?sni=" + std::string(256, 'a')).error().message, HasSubstr("'sni'"));
    EXPECT_TRUE(options("?sni=my_db.xn--bcher-kva.example"));
    EXPECT_TRUE(options("?sni=2001:db8::1"));
}

TEST(TlsOptions, a_range_of_versions_may_hold_one) {
    const auto read = options("?min_tls=1.2&max_tls=1.2").value();
    EXPECT_EQ(read.minimum_version, TLS1_2_VERSION);
    EXPECT_EQ(read.maximum_version, TLS1_2_VERSION);
}

TEST(TlsSettings, an_unreadable_trust_store_is_kept_as_a_failure) {
    auto read = options("?ca=/nowhere/ca.pem").value();
    const TlsSettings settings(read);
    ASSERT_TRUE(settings.failure());
    EXPECT_EQ(settings.failure()->cause, Cause::local_trust_store);
    EXPECT_THAT(settings.failure()->detail, HasSubstr("/nowhere/ca.pem"));
    read.verify = false;
    EXPECT_FALSE(TlsSettings(read).failure());
}

}  // namespace
}  // namespace plumb::net
