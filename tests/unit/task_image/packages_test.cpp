#include "probes/task/image/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Packages, dpkg_names_what_is_installed) {
    const auto packages = parse_dpkg(
        "Package: a\nStatus: install ok installed\nVersion: 1:2.0-1\nArchitecture: amd64\n"
        "Description: x\n Version: 9\n .\n\n"
        "Package: held\nStatus: hold ok installed\nVersion: 3\nArchitecture: all\n\n\n"
        "Package: left\nStatus: deinstall ok config-files\nVersion: 4\n\n"
        "Package: half\nStatus: install reinstreq half-installed\nVersion: 5\n\n"
        "Package: distroless\nVersion: 6");
    EXPECT_THAT(packages, ElementsAre(Package{"a", "1:2.0-1", "amd64"}, Package{"held", "3", "all"},
                                      Package{"distroless", "6", ""}));
}

TEST(Packages, apk_has_a_letter_for_each) {
    EXPECT_THAT(parse_apk("C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\nD:so:a\nF:lib\nR:P\n\nP:zlib\nV:1\n"),
                ElementsAre(Package{"musl", "1.2.4-r2", "x86_64"}, Package{"zlib", "1", ""}));
    EXPECT_THAT(parse_apk("\n\nno package\n"), IsEmpty());
}

TEST(Packages, the_architecture_stands_only_where_it_tells_two_apart) {
    EXPECT_THAT(package_items({{"zlib", "1", "amd64"},
                               {"libc6", "2", "i386"},
                               {"libc6", "2", "amd64"},
                               {"kernel", "6.2", "x86_64"},
                               {"kernel", "6.1", "x86_64"}}),
                ElementsAre("kernel 6.1", "kernel 6.2", "libc6:amd64 2", "libc6:i386 2", "zlib 1"));
}

TEST(Packages, names_do_not_break_the_list) {
    const auto items = package_items({{"a;b\n", "1\x1b", "all"}, {std::string(500, 'x'), "1", ""}});
    EXPECT_EQ(items[0], "a,b\\x0A 1\\x1B");
    EXPECT_LE(items[1].size(), 120U);
}

TEST(Packages, stanzas_without_end_are_cut) {
    std::string many;
    for (int i = 0; i < 30'000; ++i)
        many += "Package: same\nVersion: " + std::to_string(i) + "\n\n";
    const auto packages = parse_dpkg(many);
    EXPECT_EQ(packages.size(), kMostPackages);
    EXPECT_EQ(package_items(packages).size(), kMostPackages);
}

TEST(Packages, an_endless_line_is_one_line) {
    EXPECT_THAT(parse_dpkg(std::string(1'000'000, 'x')), IsEmpty());
    const auto packages = parse_dpkg("Package: " + std::string(1'000'000, 'y'));
    ASSERT_EQ(packages.size(), 1U);
    EXPECT_LE(packages[0].name.size(), 200U);
}

}  // namespace
}  // namespace plumb::task::image
