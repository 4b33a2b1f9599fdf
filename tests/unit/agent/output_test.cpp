#include "agent/run/output.hpp"

#include "model/window_json.hpp"
#include "tests/support/temp_dir.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Window window(std::uint64_t sequence, std::size_t label_bytes = 1) {
    Window out;
    out.agent = "agent-1";
    out.sequence = sequence;
    out.length = 1s;
    out.labels["zone"] = std::string(label_bytes, 'z');
    return out;
}

// A named pipe whose reading end the test holds and reads when it wants to.
class OutputToAPipe : public testing::Test {
  protected:
    OutputToAPipe() {
        std::signal(SIGPIPE, SIG_IGN);
        EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
        reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    ~OutputToAPipe() override { close_reader(); }
    void close_reader() {
        if (reader_ >= 0) ::close(reader_);
        reader_ = -1;
    }
    // What lies in the pipe now.
    std::string read_all() const {
        std::string text;
        std::array<char, 65536> chunk{};
        for (;;) {
            const auto got = ::read(reader_, chunk.data(), chunk.size());
            if (got <= 0) return text;
            text.append(chunk.data(), static_cast<std::size_t>(got));
        }
    }

    plumb::test::TempDir directory_;
    std::string path_ = directory_.file("pipe");
    int reader_ = -1;
};

TEST_F(OutputToAPipe, a_reader_that_stands_still_delays_nothing_and_gets_every_line_whole_later) {
    auto output = Output::open(path_).value();
    std::uint64_t sequence = 0;
    while (output.write(window(++sequence, 200))) {
        ASSERT_LT(sequence, 100'000U) << "a pipe is never full";
    }
    EXPECT_EQ(output.trouble(), "nobody reads it");
    EXPECT_FALSE(output.write(window(++sequence)));
    EXPECT_FALSE(output.flush(1ms));
    std::string text = read_all();
    while (!output.flush(1ms))
        text += read_all();
    EXPECT_TRUE(output.write(window(++sequence)));
    text += read_all();
    EXPECT_FALSE(output.lost());
    std::uint64_t next = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        ASSERT_NE(end, std::string::npos);
        const auto read = parse_window(std::string_view(text).substr(begin, end - begin));
        ASSERT_TRUE(read.has_value()) << read.error().message;
        EXPECT_EQ(read->sequence, ++next);
        begin = end + 1;
    }
    EXPECT_EQ(next, sequence);
}

TEST_F(OutputToAPipe, what_nobody_reads_is_bounded) {
    auto output = Output::open(path_).value();
    std::uint64_t sequence = 0;
    while (!output.lost()) {
        output.write(window(++sequence, 250));
        ASSERT_LT(sequence, 1'000'000U);
    }
    EXPECT_LT(sequence * 250, 2 * Output::kMostPending);
    const auto first = read_all();
    EXPECT_THAT(first.substr(0, 80), HasSubstr("\"sequence\":1,"));
}

TEST_F(OutputToAPipe, a_reader_that_went_away_is_said) {
    auto output = Output::open(path_).value();
    EXPECT_TRUE(output.write(window(1)));
    close_reader();
    EXPECT_FALSE(output.write(window(2)));
    EXPECT_EQ(output.trouble(), "Broken pipe");
    EXPECT_TRUE(output.lost());
    EXPECT_TRUE(output.flush(0ms)) << "nothing waits for a reader that is gone";
}

TEST(Output, a_full_disk_is_said_and_the_line_waits) {
    auto output = Output::open("/dev/full").value();
    EXPECT_FALSE(output.write(window(1)));
    EXPECT_EQ(output.trouble(), "No space left on device");
    EXPECT_FALSE(output.lost());
    EXPECT_FALSE(output.flush(0ms));
}

TEST(Output, a_place_that_cannot_be_written_is_refused_without_the_password_of_a_url) {
    const auto output = Output::open("postgres://app:hunter2@db/x");
    ASSERT_TRUE(output.has_error());
    EXPECT_EQ(output.error().message,
              "--output postgres://***: No such file or directory; give a file that can be written, or - for "
              "standard output");
}

}  // namespace
}  // namespace plumb::agent
