#include "probes/task/image/library_version.hpp"

#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using namespace std::string_literals;

constexpr std::string_view kGlibc =
    "GNU C Library (Debian GLIBC 2.36-9+deb12u13) stable release version 2.36.\nCopyright";

TEST(LibraryVersion, glibc_names_itself) {
    EXPECT_EQ(glibc_version(kGlibc), "2.36");
    EXPECT_EQ(glibc_version("GNU C Library (GNU libc) development release version 2.38.9000.\n"),
              "2.38.9000");
    EXPECT_EQ(glibc_version("GNU C Library \n and nothing more"), std::nullopt);
}

TEST(LibraryVersion, musl_has_it_between_two_zeros) {
    const auto of = [](std::string_view text) { return musl_version('\0' + std::string(text) + '\0'); };
    EXPECT_EQ(of("1.2.4"), "1.2.4");
    EXPECT_EQ(of("1.1.24-git-7"), "1.1.24-git-7");
    EXPECT_EQ(of("127.0.0.1"), std::nullopt);
    EXPECT_EQ(of("1.2"), std::nullopt);
    EXPECT_EQ(of("1.2.4 "), std::nullopt);
    EXPECT_EQ(musl_version("\0"
                           "1.2.4"s),
              std::nullopt);
}

TEST(LibraryVersion, openssl_has_the_date_behind_it) {
    EXPECT_EQ(openssl_version("OpenSSL \0OpenSSL 3.0.11 19 Sep 2023\0"s), "3.0.11");
    EXPECT_EQ(openssl_version("OpenSSL 1.0.2k-fips  26 Jan 2017\n"), "1.0.2k-fips");
    EXPECT_EQ(openssl_version("for OpenSSL 3.0 or later"), std::nullopt);
}

TEST(LibraryVersion, is_found_wherever_a_piece_ends) {
    constexpr std::size_t kPiece = std::size_t{256} << 10U;
    for (const std::size_t before : {kPiece - 600, kPiece - 74, kPiece - 3, kPiece + 500}) {
        const auto text = std::string(before, '\0') + std::string(kGlibc) + std::string(100, '\0');
        EXPECT_EQ(find_version(TextSource(text), glibc_version), "2.36") << before;
    }
}

TEST(LibraryVersion, a_piece_that_ends_within_it_does_not_shorten_it) {
    for (std::size_t size = 1; size < kGlibc.size(); ++size) {
        const auto found = glibc_version(kGlibc.substr(0, size));
        EXPECT_TRUE(!found || *found == "2.36") << size;
    }
}

}  // namespace
}  // namespace plumb::task::image
