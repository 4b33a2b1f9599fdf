// Which file of authorities is trusted, in images laid out as the distributions do it.
#include "probes/net/trust_store.hpp"

#include "tests/support/certificates.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::net {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TrustStore : public testing::Test {
  protected:
    TrustStore() {
        if (const char* set = std::getenv("SSL_CERT_FILE")) before_ = set;
        unsetenv("SSL_CERT_FILE");
    }
    ~TrustStore() override {
        unsetenv("SSL_CERT_FILE");
        if (before_) setenv("SSL_CERT_FILE", before_->c_str(), 1);
    }
    void put(const std::string& path, std::string_view content = "a bundle") const {
        fs::create_directories(at(path).parent_path());
        std::ofstream(at(path)) << content;
    }
    void link(const std::string& path, const std::string& to) const {
        fs::create_directories(at(path).parent_path());
        fs::create_symlink(to, at(path));
    }
    // The path that is trusted, as it is called inside of the image.
    std::string chosen() const {
        const auto path = default_trust_store(image_.path().string());
        const auto root = image_.path().string();
        return path.starts_with(root) ? path.substr(root.size()) : path;
    }
    fs::path at(const std::string& path) const { return image_.path() / path.substr(1); }

  private:
    test::TempDir image_;
    std::optional<std::string> before_;
};

TEST_F(TrustStore, an_image_without_any_has_none) {
    EXPECT_EQ(chosen(), "");
}

TEST_F(TrustStore, debian_and_alpine_keep_it_beside_the_single_certificates) {
    put("/etc/ssl/certs/ca-certificates.crt");
    EXPECT_EQ(chosen(), "/etc/ssl/certs/ca-certificates.crt");
}

TEST_F(TrustStore, an_alpine_base_image_has_the_short_name_alone) {
    put("/etc/ssl/cert.pem");
    EXPECT_EQ(chosen(), "/etc/ssl/cert.pem");
}

TEST_F(TrustStore, amazon_linux_and_red_hat_link_theirs_to_what_was_extracted) {
    put("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
    link("/etc/pki/tls/certs/ca-bundle.crt", "../../ca-trust/extracted/pem/tls-ca-bundle.pem");
    EXPECT_EQ(chosen(), "/etc/pki/tls/certs/ca-bundle.crt");
}

TEST_F(TrustStore, a_minimal_red_hat_image_may_lack_the_link_or_hold_a_broken_one) {
    put("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
    EXPECT_EQ(chosen(), "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
    link("/etc/pki/tls/certs/ca-bundle.crt", "../../nowhere.pem");
    EXPECT_EQ(chosen(), "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
}

TEST_F(TrustStore, suse_has_a_name_of_its_own) {
    put("/etc/ssl/ca-bundle.pem");
    EXPECT_EQ(chosen(), "/etc/ssl/ca-bundle.pem");
}

// update-ca-certificates that never ran leaves an empty file behind.
TEST_F(TrustStore, an_empty_file_and_a_folder_are_passed_over) {
    put("/etc/ssl/certs/ca-certificates.crt", "");
    fs::create_directories(at("/etc/pki/tls/certs/ca-bundle.crt"));
    EXPECT_EQ(chosen(), "");
    put("/etc/ssl/cert.pem");
    EXPECT_EQ(chosen(), "/etc/ssl/cert.pem");
}

TEST_F(TrustStore, the_variable_outranks_every_place_even_where_it_names_nothing) {
    put("/etc/ssl/certs/ca-certificates.crt");
    setenv("SSL_CERT_FILE", "/nowhere.pem", 1);
    EXPECT_EQ(chosen(), "/nowhere.pem");
    setenv("SSL_CERT_FILE", "", 1);
    EXPECT_EQ(chosen(), "/etc/ssl/certs/ca-certificates.crt");
}

TEST_F(TrustStore, one_copy_serves_all_who_use_a_path_at_a_time) {
    put("/ca.pem", test::Authority().certificate());
    std::string why;
    const auto path = at("/ca.pem").string();
    auto first = shared_trust_store(path, why);
    ASSERT_TRUE(first) << why;
    const auto* kept = first.get();
    EXPECT_EQ(shared_trust_store(path, why).get(), kept);
    put("/ca.pem", "no longer a certificate");
    EXPECT_EQ(shared_trust_store(path, why).get(), kept);
    first.reset();
    EXPECT_FALSE(shared_trust_store(path, why)) << "nobody uses it any more, and it is read anew";
    EXPECT_THAT(why, HasSubstr("no readable certificate"));
}

TEST_F(TrustStore, a_store_that_cannot_be_read_says_why) {
    std::string why;
    EXPECT_FALSE(shared_trust_store("/nowhere.pem", why));
    EXPECT_THAT(why, HasSubstr("no such file"));
}

}  // namespace
}  // namespace plumb::net
