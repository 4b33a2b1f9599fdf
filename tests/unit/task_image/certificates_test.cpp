#include "probes/task/image/certificates.hpp"

#include "tests/support/certificates.hpp"

#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string fingerprints(const std::string& pem) {
    std::string all;
    for (const auto& one : parse_authorities(pem).certificates)
        all += one.fingerprint;
    return all;
}

TEST(Authorities, neither_order_nor_comments_nor_repetition_matter) {
    const test::Authority first("First");
    const test::Authority second("Second");
    const auto a = first.certificate();
    const auto b = second.certificate();
    EXPECT_EQ(fingerprints(a + b), fingerprints("# comment\n\n" + b + "words between\n" + a + b));
    EXPECT_THAT(parse_authorities(a + b + a).certificates, SizeIs(2));
    EXPECT_NE(fingerprints(a), fingerprints(b));
}

TEST(Authorities, are_named_and_end) {
    test::CertificateSpec spec;
    spec.common_name = "Old; Root\n";
    spec.valid_from_days = -20;
    spec.valid_until_days = -2;
    const auto found = parse_authorities(test::self_signed(spec).certificate).certificates;
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].name, "Old; Root\\x0A");
    EXPECT_THAT(found[0].fingerprint, SizeIs(32));
    ASSERT_TRUE(found[0].not_after);
    EXPECT_LT(*found[0].not_after, std::time(nullptr));
}

TEST(Authorities, a_damaged_one_costs_only_itself) {
    const test::Authority first("First");
    const test::Authority second("Second");
    const auto whole = first.certificate();
    const auto not_base64 = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    const auto not_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const auto key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    EXPECT_EQ(fingerprints(not_base64 + whole + not_der + key + second.certificate()),
              fingerprints(whole + second.certificate()));
}

TEST(Authorities, a_truncated_file_has_what_was_whole) {
    const test::Authority first("First");
    const test::Authority second("Second");
    const auto all = first.certificate() + second.certificate();
    EXPECT_EQ(fingerprints(all.substr(0, all.size() - 40)), fingerprints(first.certificate()));
    EXPECT_THAT(parse_authorities(all.substr(0, 60)).certificates, IsEmpty());
    EXPECT_THAT(parse_authorities("").certificates, IsEmpty());
}

TEST(Authorities, endless_lines_and_blocks_end) {
    EXPECT_THAT(parse_authorities(std::string(4 << 20, 'A')).certificates, IsEmpty());
    EXPECT_THAT(parse_authorities("-----BEGIN CERTIFICATE-----\n" + std::string(4 << 20, 'A')).certificates,
                IsEmpty());
    std::string blocks;
    while (blocks.size() < (1U << 20U))
        blocks += "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    EXPECT_THAT(parse_authorities(blocks).certificates, IsEmpty());
}

}  // namespace
}  // namespace plumb::task::image
