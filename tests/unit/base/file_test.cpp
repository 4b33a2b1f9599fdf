#include "base/file.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

class ReadFile : public testing::Test {
  protected:
    std::string write(std::string_view text) const { return directory_.write("file", text); }

    test::TempDir directory_;
    std::string folder_ = directory_.path().string();
};

TEST_F(ReadFile, gives_every_byte) {
    const std::string text = std::string("a\0b\r\n", 5) + std::string(50'000, 'x');
    EXPECT_EQ(*read_file(write(text)), text);
    EXPECT_EQ(*read_file(write("")), "");
}

TEST_F(ReadFile, says_what_is_wrong_with_the_path) {
    EXPECT_EQ(read_file(folder_ + "/none").error().message, folder_ + "/none: no such file");
    EXPECT_EQ(read_file(folder_).error().message, folder_ + ": is a directory");
}

TEST_F(ReadFile, stops_at_its_limit) {
    const std::string path = write(std::string(1024, 'x'));
    EXPECT_TRUE(read_file(path, 1024));
    EXPECT_EQ(read_file(path, 1023).error().message, path + ": over 1023 bytes");
    EXPECT_EQ(read_file("/dev/zero").error().message, "/dev/zero: over 1 MiB");
}

TEST_F(ReadFile, escapes_the_path_in_its_complaint) {
    EXPECT_EQ(read_file("/none\x1b[2J").error().message, "/none\\x1B[2J: no such file");
}

}  // namespace
}  // namespace plumb
