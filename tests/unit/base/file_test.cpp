#include "base/file.hpp"

#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

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

// A pipe that nobody writes to would otherwise hold up the reader for ever.
TEST_F(ReadFile, what_is_no_regular_file_is_refused_at_once_where_only_that_is_meant) {
    EXPECT_EQ(*read_regular_file(write("text")), "text");
    EXPECT_EQ(read_regular_file(folder_).error().message, folder_ + ": is a directory");
    EXPECT_EQ(read_regular_file(folder_ + "/none").error().message, folder_ + "/none: no such file");
    EXPECT_EQ(read_regular_file("/dev/zero").error().message, "/dev/zero: is a device, no regular file");
    EXPECT_EQ(read_regular_file("-").error().message, "-: no such file");
    EXPECT_EQ(read_regular_file(write("12345"), 4).error().message, write("12345") + ": over 4 bytes");

    const auto pipe = folder_ + "/pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(read_regular_file(pipe).error().message, pipe + ": is a pipe, no regular file");
    EXPECT_EQ(why_no_regular_file(pipe), "is a pipe, no regular file");
    EXPECT_EQ(why_no_regular_file(folder_ + "/none"), "no such file");
    EXPECT_EQ(why_no_regular_file(write("")), "");

    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto socket_path = folder_ + "/socket";
    ASSERT_LT(socket_path.size(), sizeof address.sun_path);
    socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    const test::Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(read_regular_file(socket_path).error().message, socket_path + ": is a socket, no regular file");
}

TEST_F(ReadFile, escapes_the_path_in_its_complaint) {
    EXPECT_EQ(read_file("/none\x1b[2J").error().message, "/none\\x1B[2J: no such file");
}

}  // namespace
}  // namespace plumb
