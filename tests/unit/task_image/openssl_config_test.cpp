#include "probes/task/image/openssl_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::string nothing(const std::string&) {
    return {};
}

OpensslChoices choices(std::string_view text) {
    return openssl_choices(parse_openssl_config(text, nothing));
}

constexpr std::string_view kHead =
    "openssl_conf = init\n[init]\nssl_conf = ssl\nproviders = provs\nalg_section = algs\n"
    "[ssl]\nsystem_default = sys\n";

TEST(OpensslConfig, spacing_and_comments_do_not_matter) {
    const auto entries = testing::ElementsAre(
        ConfigEntry{"default", "a", "1"}, ConfigEntry{"s t", "b", "x # y"}, ConfigEntry{"s t", "c", "1, 2"});
    EXPECT_THAT(parse_openssl_config("a=1 # x\n\n[ s  t ]\n b  =  \"x # y\"\nc = 1, \\\n  2\n", nothing),
                entries);
    EXPECT_THAT(parse_openssl_config("# a\n  a = 1\r\n[s t]\r\nb='x # y'\r\nc=1,  2", nothing), entries);
}

TEST(OpensslConfig, what_holds_for_all_programs_is_told) {
    const auto found =
        choices(std::string(kHead) +
                "[sys]\nMinProtocol = TLSv1.2\nTLS.MaxProtocol=TLSv1.3\nDTLS.MinProtocol=DTLSv1\n"
                "cipherstring = DEFAULT@SECLEVEL=1\nCiphersuites = TLS_AES_128_GCM_SHA256\n"
                "Options = UnsafeLegacyRenegotiation\n"
                "[provs]\nfips = f\nlegacy = l\n[f]\nactivate = 1\n[l]\nactivate = 0\n");
    EXPECT_EQ(found.min_protocol, "TLSv1.2");
    EXPECT_EQ(found.max_protocol, "TLSv1.3");
    EXPECT_EQ(found.ciphers, "DEFAULT@SECLEVEL=1");
    EXPECT_EQ(found.cipher_suites, "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(found.options, "UnsafeLegacyRenegotiation");
    EXPECT_EQ(found.fips, "yes");
    EXPECT_EQ(found.legacy, std::nullopt);
}

TEST(OpensslConfig, a_section_that_nothing_leads_to_tells_nothing) {
    EXPECT_EQ(choices("[sys]\nMinProtocol = TLSv1.2\n").min_protocol, std::nullopt);
    EXPECT_EQ(choices("").rest, "");
}

TEST(OpensslConfig, fips_is_asked_for_by_properties_too) {
    EXPECT_EQ(choices(std::string(kHead) + "[algs]\ndefault_properties = fips=yes\n").fips, "yes");
    EXPECT_EQ(choices(std::string(kHead) + "[algs]\nfips_mode = yes\n").fips, "yes");
    EXPECT_EQ(choices(std::string(kHead) + "[algs]\nfips_mode = no\n").fips, std::nullopt);
}

TEST(OpensslConfig, the_last_value_holds_and_is_not_told_twice) {
    const auto with = [](std::string_view line) {
        return choices(std::string(kHead) + "[sys]\n" + std::string(line) + "Other = 1\n");
    };
    EXPECT_EQ(with("MinProtocol = TLSv1\nMinProtocol = TLSv1.3\n").min_protocol, "TLSv1.3");
    EXPECT_EQ(with("MinProtocol = TLSv1\n").rest, with("").rest);
    EXPECT_NE(with("Another = 1\n").rest, with("").rest);
}

TEST(OpensslConfig, included_files_stand_where_they_are_named) {
    const IncludedText included = [](const std::string& path) {
        return path == "/etc/policy" ? std::string("x = 1\n") : std::string();
    };
    EXPECT_THAT(parse_openssl_config(
                    "[a]\n.include = /etc/policy\n[b]\n.include /etc/policy\n.includes = 2\n", included),
                ElementsAre(ConfigEntry{"a", "x", "1"}, ConfigEntry{"b", "x", "1"},
                            ConfigEntry{"b", ".includes", "2"}));
}

TEST(OpensslConfig, files_that_include_each_other_end) {
    unsigned asked = 0;
    const IncludedText included = [&asked](const std::string& path) {
        ++asked;
        return "x = 1\n.include = " + path + "\n.include = " + path + "\n";
    };
    EXPECT_THAT(parse_openssl_config(".include = /a\n", included), SizeIs(32));
    EXPECT_EQ(asked, 32U);
}

TEST(OpensslConfig, endless_input_is_cut) {
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += "key" + std::to_string(i) + " = value\n";
    EXPECT_THAT(parse_openssl_config(many, nothing), SizeIs(4096));
    const auto one = parse_openssl_config("a = " + std::string(1 << 20, 'x'), nothing);
    ASSERT_THAT(one, SizeIs(1));
    EXPECT_LE(one[0].value.size(), 4096U);
    EXPECT_THAT(parse_openssl_config("[never closed", nothing), SizeIs(0));
}

}  // namespace
}  // namespace plumb::task::image
