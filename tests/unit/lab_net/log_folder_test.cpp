// Where logs are kept: what the laboratory did not make stays.
#include "tests/lab/net/log_folder.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;

TEST(lab_log_folder, a_name_is_a_folder_of_its_own) {
    for (const char* good : {"a", "tcp-drop", "x_1", "9-lives"})
        EXPECT_TRUE(is_scenario_name(good)) << good;
    for (const char* bad : {"", ".", "..", "-a", "a/b", "a.b", "A", "a b", "\xc3\xa4"})
        EXPECT_FALSE(is_scenario_name(bad)) << bad;
}

TEST(lab_log_folder, its_own_from_before_is_replaced) {
    const test::TempDir from;
    from.write("controller.log", "first");
    from.write("plumb.db", "stored");
    const test::TempDir logs;
    const auto to = logs.file("tcp-drop");
    keep_logs(from.path().string(), to);
    EXPECT_EQ(test::read_whole(to + "/controller.log"), "first");
    EXPECT_FALSE(fs::exists(to + "/plumb.db")) << "what servers stored is not a log";
    fs::remove(from.file("controller.log"));
    from.write("gate-01.json", "second");
    keep_logs(from.path().string(), to);
    EXPECT_FALSE(fs::exists(to + "/controller.log"));
    EXPECT_EQ(test::read_whole(to + "/gate-01.json"), "second");
}

TEST(lab_log_folder, what_somebody_else_made_stays) {
    const test::TempDir from;
    const test::TempDir logs;
    logs.write("tcp-drop/precious", "words");
    EXPECT_FALSE(may_replace(logs.file("tcp-drop")));
    EXPECT_THROW(keep_logs(from.path().string(), logs.file("tcp-drop")), std::runtime_error);
    EXPECT_EQ(test::read_whole(logs.file("tcp-drop/precious")), "words");
    EXPECT_TRUE(may_replace(logs.file("not-there")));
}

TEST(lab_log_folder, a_link_is_not_followed) {
    const test::TempDir logs;
    logs.write("made/.plumb-lab", "");
    EXPECT_TRUE(may_replace(logs.file("made")));
    fs::create_directory_symlink(logs.file("made"), logs.file("link"));
    EXPECT_FALSE(may_replace(logs.file("link")));
}

}  // namespace
}  // namespace plumb::lab
