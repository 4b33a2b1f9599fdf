#include "probes/task/image/image_files.hpp"

#include "probes/task/image/path_below.hpp"
#include "tests/unit/task_image/image_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/socket.h>
#include <sys/un.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

using Open = Descriptor (*)(int, const std::string&, int);

// With openat2(2) and without.
class PathBelow : public testing::TestWithParam<Open> {
  protected:
    std::string read(const std::string& path) const {
        const Descriptor root(::open(tree.root().c_str(), O_PATH | O_DIRECTORY));
        const auto file = GetParam()(root.get(), path, O_RDONLY);
        if (!file) return "errno " + std::to_string(errno);
        std::string text(100, '\0');
        const auto size = ::read(file.get(), text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }
    static std::string error(int number) { return "errno " + std::to_string(number); }

    ImageTree tree;
};

TEST_P(PathBelow, an_absolute_link_stays_in_the_image) {
    tree.write("/usr/share/data", "inside");
    tree.link("/etc/data", "/usr/share/data");
    tree.link("/etc/relative", "../usr/share/data");
    tree.link("/lib", "usr/share");
    EXPECT_EQ(read("/etc/data"), "inside");
    EXPECT_EQ(read("/etc/relative"), "inside");
    EXPECT_EQ(read("/lib/data"), "inside");
    EXPECT_EQ(read("//etc/./../etc//data"), "inside");
}

TEST_P(PathBelow, no_link_leads_out_of_it) {
    tree.write("/proc-outside", "inside");
    tree.link("/out", "../../../../../../../../proc-outside");
    tree.link("/passwd", "/etc/passwd");
    tree.link("/up", "..");
    EXPECT_EQ(read("/out"), "inside");
    EXPECT_EQ(read("/passwd"), error(ENOENT));
    EXPECT_EQ(read("/up/up/../../proc-outside"), "inside");
}

TEST_P(PathBelow, loops_end) {
    tree.link("/a", "b");
    tree.link("/b", "/a");
    tree.link("/self", "self/x");
    EXPECT_EQ(read("/a"), error(ELOOP));
    EXPECT_EQ(read("/self"), error(ELOOP));
}

TEST_P(PathBelow, errors_are_those_of_the_kernel) {
    tree.write("/file", "x");
    EXPECT_EQ(read("/nothing/there"), error(ENOENT));
    EXPECT_EQ(read("/file/below"), error(ENOTDIR));
}

TEST_P(PathBelow, a_link_itself_can_be_opened) {
    tree.link("/link", "/nowhere");
    const Descriptor root(::open(tree.root().c_str(), O_PATH | O_DIRECTORY));
    const auto link = GetParam()(root.get(), "/link", O_PATH | O_NOFOLLOW);
    struct stat status {};
    ASSERT_TRUE(link);
    ASSERT_EQ(::fstat(link.get(), &status), 0);
    EXPECT_TRUE(S_ISLNK(status.st_mode));
}

INSTANTIATE_TEST_SUITE_P(both, PathBelow, testing::Values(open_below, walk_below),
                         [](const auto& parameter) { return parameter.index == 0 ? "openat2" : "by_hand"; });

class Files : public testing::Test {
  protected:
    Files() { files.open(); }

    ImageTree tree;
    ImageFiles files{tree.root()};
};

TEST_F(Files, only_regular_files_are_read_and_nothing_waits) {
    tree.pipe("/pipe");
    tree.link("/to-pipe", "/pipe");
    std::filesystem::create_directory(tree.on_disk("/folder"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = tree.on_disk("/socket");
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    for (const auto* name : {"/pipe", "/to-pipe", "/folder", "/socket"}) {
        EXPECT_EQ(files.read(name, 100).presence, Presence::unreadable) << name;
    }
    EXPECT_EQ(files.read("/absent", 100).presence, Presence::absent);
    ImageFiles own("");
    ASSERT_TRUE(own.open());
    EXPECT_EQ(own.read("/dev/zero", 100).presence, Presence::unreadable);
}

TEST_F(Files, one_that_is_too_large_is_not_read) {
    tree.write("/small", std::string(100, 'x'));
    tree.write("/sparse", "");
    std::filesystem::resize_file(tree.on_disk("/sparse"), std::uintmax_t{1} << 30U);
    EXPECT_THAT(files.read("/small", 100).text, SizeIs(100));
    EXPECT_EQ(files.read("/small", 99).presence, Presence::unreadable);
    EXPECT_EQ(files.read("/sparse", 1 << 20).presence, Presence::unreadable);
}

TEST_F(Files, change_is_seen_and_only_of_what_was_asked_for) {
    tree.write("/a", "one");
    tree.link("/b", "/a");
    std::filesystem::create_directory(tree.on_disk("/folder"));
    files.read("/a", 100);
    files.read("/absent", 100);
    files.link_target("/b");
    files.names_in("/folder", 10);
    EXPECT_FALSE(files.changed());
    tree.write("/other", "x");
    EXPECT_FALSE(files.changed());

    const auto changes_by = [this](const auto& act) {
        act();
        const bool changed = files.changed();
        files.open();
        files.read("/a", 100);
        files.read("/absent", 100);
        files.link_target("/b");
        files.names_in("/folder", 10);
        return changed && !files.changed();
    };
    EXPECT_TRUE(changes_by([this] { tree.write("/a", "longer"); }));
    EXPECT_TRUE(changes_by([this] { tree.write("/absent", "come"); }));
    EXPECT_TRUE(changes_by([this] { tree.remove("/absent"); }));
    EXPECT_TRUE(changes_by([this] { tree.link("/b", "/other"); }));
    EXPECT_TRUE(changes_by([this] { tree.write("/folder/new", "x"); }));
}

TEST_F(Files, another_root_is_a_change) {
    files.read("/absent", 100);
    std::filesystem::rename(tree.root(), tree.root() + "-before");
    std::filesystem::create_directory(tree.root());
    EXPECT_TRUE(files.changed());
    std::filesystem::remove(tree.root());
    EXPECT_TRUE(files.changed());
    EXPECT_FALSE(files.open());
    EXPECT_EQ(files.read("/absent", 100).presence, Presence::absent);
}

TEST_F(Files, names_of_a_folder_are_sorted_and_bounded) {
    for (const auto* name : {"/folder/c", "/folder/a", "/folder/b"})
        tree.write(name, "");
    EXPECT_THAT(files.names_in("/folder", 10), ElementsAre("a", "b", "c"));
    EXPECT_THAT(files.names_in("/folder", 2), SizeIs(2));
    EXPECT_THAT(files.names_in("/folder/a", 2), SizeIs(0));
}

}  // namespace
}  // namespace plumb::task::image
