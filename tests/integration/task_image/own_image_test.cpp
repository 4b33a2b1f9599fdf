// The look at the image that the tests run in, held against what its own programs say.
#include "base/text.hpp"
#include "probes/task/image/facts.hpp"
#include "probes/task/image/image.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <sys/utsname.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class OwnImage : public testing::Test {
  protected:
    static const Outcome& told() {
        static const Outcome outcome = [] {
            Look look;
            make_image({})->look(look, Depth::inspect);
            return look.evidence;
        }();
        return outcome;
    }
    static std::string value(std::string_view name) {
        const auto* fact = told().find_fact(name);
        return fact == nullptr ? "(absent)" : fact->value;
    }
};

TEST_F(OwnImage, says_only_what_is_declared) {
    EXPECT_THAT(undeclared(image_catalog(), told()), IsEmpty());
}

TEST_F(OwnImage, counts_the_packages_that_dpkg_counts) {
    const auto listed = test::run_command({"dpkg-query", "-f", "${db:Status-Status}\n", "-W"}).output;
    const auto lines = split(listed, '\n');
    const auto installed = std::count(lines.begin(), lines.end(), std::string_view("installed"));
    ASSERT_GT(installed, 50);
    EXPECT_THAT(value("image.packages"), StartsWith(std::to_string(installed) + " packages, "));
}

TEST_F(OwnImage, has_the_version_of_its_c_library) {
    const auto said = test::run_command({"getconf", "GNU_LIBC_VERSION"}).output;
    EXPECT_THAT(value("image.libc"), HasSubstr(std::string(trim(said))));
}

TEST_F(OwnImage, has_the_version_of_its_openssl) {
    const auto said = test::run_command({"openssl", "version"}).output;
    const auto parts = split(said, ' ');
    ASSERT_GT(parts.size(), 1U);
    EXPECT_EQ(value("image.openssl"), parts[1]);
}

TEST_F(OwnImage, counts_the_authorities_of_its_bundle) {
    const auto file = value("image.ca_bundle_file");
    if (file == "(absent)") {
        EXPECT_EQ(value("image.ca_bundle"), "none");
        return;
    }
    const auto count = test::run_command({"grep", "-c", "BEGIN CERTIFICATE", file}).output;
    EXPECT_THAT(value("image.ca_bundle"), StartsWith(std::string(trim(count)) + " authorit"));
}

TEST_F(OwnImage, has_the_kernel_and_the_user_of_this_process) {
    utsname names{};
    ASSERT_EQ(::uname(&names), 0);
    EXPECT_EQ(value("task.kernel"), names.release);
    EXPECT_EQ(value("task.user"),
              "uid " + std::to_string(::geteuid()) + " gid " + std::to_string(::getegid()));
    EXPECT_NE(value("kernel.somaxconn"), "(absent)");
    EXPECT_NE(value("task.read_only_root"), "(absent)");
}

std::string single_spaced(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;)
        line += (line.empty() ? "" : " ") + word;
    return line;
}

TEST_F(OwnImage, has_each_setting_of_the_kernel_as_proc_shows_it) {
    unsigned shown = 0;
    for (const auto& setting : image::kKernelSettings) {
        const auto text = test::read_whole("/proc/sys/" + std::string(setting.file));
        EXPECT_EQ(value(setting.fact.name), text.empty() ? "(absent)" : single_spaced(text));
        shown += text.empty() ? 0 : 1;
    }
    EXPECT_GE(shown, 10U);
}

// Another process's root is the same image when it is not contained.
TEST_F(OwnImage, is_seen_alike_through_the_root_of_a_process) {
    test::ChildProcess other({{"sleep", "60"}, {}, "", "", ""});
    Places places;
    places.root = "/proc/" + std::to_string(other.pid()) + "/root";
    Look look;
    make_image(places)->look(look, Depth::inspect);
    EXPECT_EQ(look.evidence.facts, told().facts);
}

}  // namespace
}  // namespace plumb::task
