// All scenarios of a folder, ours before all.
#include "tests/lab/net/catalogue.hpp"

#include "tests/support/temp_dir.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(lab_catalogue, every_scenario_of_ours_can_be_read) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    ASSERT_NE(source, nullptr);
    const auto catalogue = read_catalogue(std::string(source) + "/tests/lab/net/scenarios");
    EXPECT_THAT(catalogue.complaints, IsEmpty());
    EXPECT_GE(catalogue.scenarios.size(), 40U);
    const auto quick = choose(catalogue, {}, true);
    ASSERT_TRUE(quick);
    EXPECT_GE(quick->size(), 3U);
    EXPECT_FALSE(choose(catalogue, {"no-such"}, false));
}

TEST(lab_catalogue, what_is_no_scenario_is_told_with_file_and_line) {
    const test::TempDir folder;
    folder.write("binary.yaml", std::string("\x7f"
                                            "ELF\x02\x01\x01\0\0\xff\xfe\x80",
                                            12));
    folder.write("list.yaml", "- about: a\n- b\n");
    folder.write("text.yml", "just words\n");
    folder.write("expects.yaml", "about: a\nexpect: [hold]\n");
    folder.write("faults.yaml", "about: a\nfaults: {drop: {to: cache}}\nexpect: {verdict: promote}\n");
    folder.write("options.yaml", "about: a\nfaults:\n  - drop: [cache]\nexpect: {verdict: promote}\n");
    folder.write("labels.yaml",
                 "about: a\nfaults:\n  - drop: {to: cache, from: [b]}\nexpect: {verdict: promote}\n");
    folder.write("fleet.yaml", "about: a\nfleet: 4\nexpect: {verdict: promote}\n");
    folder.write("empty.yaml", "");
    const auto complaints = read_catalogue(folder.path().string()).complaints;
    for (const char* place : {"binary.yaml:1", "list.yaml:1", "text.yml:1", "expects.yaml:2", "faults.yaml:2",
                              "options.yaml:3", "labels.yaml:3", "fleet.yaml:2", "empty.yaml:1"})
        EXPECT_THAT(complaints, testing::Contains(HasSubstr(place)));
}

// Logs of a scenario stand in a folder of its name, and one from before is removed: as root.
TEST(lab_catalogue, a_name_that_is_a_way_elsewhere_is_no_name) {
    const test::TempDir folder;
    for (const char* file : {"...yaml", "..yaml", ".hidden.yaml", "-x.yaml", "Two Words.yaml"})
        folder.write(file, "about: a\nexpect: {verdict: promote}\n");
    const auto complaints = read_catalogue(folder.path().string()).complaints;
    EXPECT_EQ(complaints.size(), 5U);
    EXPECT_THAT(complaints, testing::Each(HasSubstr("yaml:1: a scenario is called by its file")));
}

TEST(lab_catalogue, both_endings_of_a_name_are_read) {
    const test::TempDir folder;
    folder.write("one.yaml", "about: a\nexpect: {verdict: promote}\n");
    folder.write("two.yml", "about: a\nexpect: {verdict: promote}\n");
    EXPECT_EQ(read_catalogue(folder.path().string()).scenarios.size(), 2U);
    folder.write("one.yml", "about: a\nexpect: {verdict: promote}\n");
    EXPECT_THAT(read_catalogue(folder.path().string()).complaints, ElementsAre(HasSubstr("of this name")));
}

TEST(lab_catalogue, an_empty_folder_is_no_catalogue) {
    const test::TempDir folder;
    EXPECT_THAT(read_catalogue(folder.path().string()).complaints, ElementsAre(HasSubstr("no scenario")));
    EXPECT_THAT(read_catalogue(folder.file("missing")).complaints, ElementsAre(HasSubstr("no scenario")));
}

}  // namespace
}  // namespace plumb::lab
