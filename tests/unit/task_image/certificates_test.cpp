#include "probes/task/image/certificates.hpp"

#include "base/freed.hpp"
#include "tests/support/certificates.hpp"

#include <ctime>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

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

std::string pem_of(X509* certificate) {
    const std::unique_ptr<BIO, Freed<BIO_free_all>> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

// Only its first fields are read, by hand: they must be what the library reads.
TEST(Authorities, are_read_as_the_library_reads_them_whatever_their_version) {
    const auto text = test::Authority("Of some version").certificate();
    const std::unique_ptr<BIO, Freed<BIO_free_all>> bio(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const std::unique_ptr<X509, Freed<X509_free>> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ASSERT_TRUE(certificate);
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(
        EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    X509_set_pubkey(certificate.get(), key.get());
    for (const long version : {0L, 2L}) {  // of the first nothing stands in the file
        X509_set_version(certificate.get(), version);
        ASSERT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
        const auto found = parse_authorities(pem_of(certificate.get())).certificates;
        ASSERT_THAT(found, SizeIs(1)) << version;
        EXPECT_EQ(found[0].name, "Of some version");
        std::tm end{};
        ASSERT_EQ(ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end), 1);
        EXPECT_EQ(found[0].not_after, timegm(&end));
        std::string digest(32, '\0');
        X509_digest(certificate.get(), EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()),
                    nullptr);
        EXPECT_EQ(found[0].fingerprint, digest);
    }
}

TEST(Authorities, one_that_is_cut_within_is_none) {
    const auto whole = test::Authority("First").certificate();
    const std::unique_ptr<BIO, Freed<BIO_free_all>> bio(
        BIO_new_mem_buf(whole.data(), static_cast<int>(whole.size())));
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* der = nullptr;
    long size = 0;
    ASSERT_EQ(PEM_read_bio(bio.get(), &name, &header, &der, &size), 1);
    for (long kept = 0; kept < size; ++kept) {
        const std::unique_ptr<BIO, Freed<BIO_free_all>> cut(BIO_new(BIO_s_mem()));
        PEM_write_bio(cut.get(), PEM_STRING_X509, "", der, kept);
        char* text = nullptr;
        const long length = BIO_get_mem_data(cut.get(), &text);
        EXPECT_THAT(parse_authorities({text, static_cast<std::size_t>(length)}).certificates, IsEmpty())
            << kept;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
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
