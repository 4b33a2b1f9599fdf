#include "probes/task/limits/groups.hpp"

#include "probes/task/limits/numbers.hpp"
#include "tests/unit/task_limits/tree.hpp"

namespace plumb::task::limits {
namespace {

constexpr Wanted kWanted{"memory", "memory.usage_in_bytes", "memory.current"};

std::optional<Group> find(const Tree& tree, std::string_view memberships) {
    return find_group(tree.places().cgroup, parse_memberships(memberships), kWanted);
}

TEST(TaskLimitsNumbers, are_whole_or_nothing) {
    EXPECT_EQ(parse_number(" 12\n"), 12U);
    for (const std::string_view text : {"", "max", "-1", "12x", "1.5", "99999999999999999999"})
        EXPECT_EQ(parse_number(text), std::nullopt) << text;
    EXPECT_EQ(parse_limit("536870912\n"), 536870912U);
    EXPECT_EQ(parse_limit("max\n"), std::nullopt);
    EXPECT_EQ(parse_limit("9223372036854771712\n"), std::nullopt);  // pages of 4 KiB
    EXPECT_EQ(parse_limit("9223372036854710272\n"), std::nullopt);  // pages of 64 KiB
}

TEST(TaskLimitsNumbers, a_field_is_a_line_of_its_name) {
    constexpr std::string_view kText = "total_inactive_file 9\ninactive_file 7\nbad x\nlast 3";
    EXPECT_EQ(parse_field(kText, "inactive_file"), 7U);
    EXPECT_EQ(parse_field(kText, "last"), 3U);
    EXPECT_EQ(parse_field(kText, "bad"), std::nullopt);
    EXPECT_EQ(parse_field(kText, "inactive"), std::nullopt);
    EXPECT_EQ(parse_field("", "last"), std::nullopt);
}

TEST(TaskLimitsGroups, memberships_outside_of_what_is_shown_are_left_out) {
    const auto all =
        parse_memberships("4:memory:/ecs/a:b\n0::/\n3:cpu:/../../x\nnonsense\n2:pids\n1:pids:x\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].controllers, "memory");
    EXPECT_EQ(all[0].path, "/ecs/a:b");
    EXPECT_EQ(all[1].controllers, "");
    EXPECT_EQ(parse_memberships(std::string(1000, '\n') + "0::/\n").size(), 1U);
    std::string flood;
    for (int i = 0; i < 1000; ++i)
        flood += "0::/\n";
    EXPECT_EQ(parse_memberships(flood).size(), 64U);
}

TEST(TaskLimitsGroups, the_hosts_path_leads_to_the_root_of_what_is_mounted) {
    const Tree tree;
    tree.group("memory", {{"memory.usage_in_bytes", "1"}});
    const auto group = find(tree, "4:memory:/ecs/task/container\n0::/\n");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->paths, std::vector<std::string>{""});
    EXPECT_FALSE(group->unified);
    EXPECT_TRUE(group->own);
    EXPECT_EQ(group->file(0, "x"), tree.places().cgroup + "/memory/x");
}

TEST(TaskLimitsGroups, the_machine_itself_is_nobodys_own) {
    const Tree tree;
    tree.group("memory", {{"memory.usage_in_bytes", "1"}, {"release_agent", ""}});
    ASSERT_TRUE(find(tree, "4:memory:/\n"));
    EXPECT_FALSE(find(tree, "4:memory:/\n")->own);
    tree.group("memory/a", {{"memory.usage_in_bytes", "1"}});
    EXPECT_TRUE(find(tree, "4:memory:/a\n")->own);
    // What is found is a parent, which others share.
    EXPECT_FALSE(find(tree, "4:memory:/a/b\n")->own);
}

TEST(TaskLimitsGroups, parents_follow_up_to_the_mount) {
    const Tree tree;
    tree.group("system.slice/ecs/app", {{"memory.current", "1"}});
    tree.group("system.slice", {{"memory.current", "1"}});
    const auto group = find(tree, "0::/system.slice/ecs/app\n");
    ASSERT_TRUE(group);
    EXPECT_TRUE(group->unified);
    EXPECT_TRUE(group->own);
    EXPECT_EQ(group->paths,
              (std::vector<std::string>{"/system.slice/ecs/app", "/system.slice/ecs", "/system.slice", ""}));
}

TEST(TaskLimitsGroups, a_hierarchy_is_found_under_either_name_and_beside_version_2) {
    for (const std::string_view folder : {"cpuset,memory", "memory", "unified"}) {
        const Tree tree;
        const bool unified = folder == "unified";
        tree.group(std::string(folder) + "/a", {{unified ? "memory.current" : "memory.usage_in_bytes", "1"}});
        const auto group = find(tree, "7:cpuset,memory:/a\n0::/a\n");
        ASSERT_TRUE(group) << folder;
        EXPECT_EQ(group->unified, unified) << folder;
        EXPECT_EQ(group->paths.front(), "/a") << folder;
    }
}

TEST(TaskLimitsGroups, the_lowest_limit_counts_wherever_it_stands) {
    const Tree tree;
    tree.group("a/b", {{"memory.current", "1"}, {"memory.max", "max"}});
    tree.group("a", {{"memory.max", "100"}});
    tree.group(".", {{"memory.max", "100"}});
    const auto group = find(tree, "0::/a/b\n");
    ASSERT_TRUE(group);
    EXPECT_EQ(lowest_limit(*group, "memory.max").level, 1U);
    EXPECT_EQ(lowest_limit(*group, "memory.max").limit, 100U);
    tree.group("a/b", {{"memory.max", "99"}});
    EXPECT_EQ(lowest_limit(*group, "memory.max").level, 0U);
    EXPECT_EQ(lowest_limit(*group, "memory.high").limit, std::nullopt);
}

TEST(TaskLimitsGroups, a_very_deep_path_ends) {
    const Tree tree;
    tree.group("x", {{"memory.current", "1"}});
    std::string deep = "0::";
    for (int i = 0; i < 5000; ++i)
        deep += "/a";
    EXPECT_EQ(find(tree, deep + "\n"), std::nullopt);
}

}  // namespace
}  // namespace plumb::task::limits
