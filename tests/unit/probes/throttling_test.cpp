#include "probes/net/throttling.hpp"

#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace plumb::net {
namespace {

TEST(CpuStat, both_versions_are_read) {
    const auto second = parse_cpu_stat(
        "usage_usec 81\nuser_usec 8\nsystem_usec 73\nnr_periods 12\nnr_throttled 3\nthrottled_usec 99\n");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->periods, 12U);
    EXPECT_EQ(second->throttled, 3U);
    const auto first = parse_cpu_stat("nr_periods 7\nnr_throttled 0\nthrottled_time 0\n");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->periods, 7U);
}

TEST(CpuStat, without_the_counters_there_is_nothing_to_read) {
    EXPECT_FALSE(parse_cpu_stat(""));
    EXPECT_FALSE(parse_cpu_stat("usage_usec 81\n"));
    EXPECT_FALSE(parse_cpu_stat("nr_periods x\nnr_throttled 1\n"));
    EXPECT_FALSE(parse_cpu_stat("nr_periods 1\nnr_throttled_more 1\n"));
}

class Mount : public testing::Test {
  protected:
    std::string add(const std::string& folder) {
        const auto path = std::filesystem::path(root_.path()) / folder;
        std::filesystem::create_directories(path);
        std::ofstream(path / "cpu.stat") << "nr_periods 0\nnr_throttled 0\n";
        return (path / "cpu.stat").string();
    }
    std::string find(std::string_view groups) const { return find_cpu_stat(groups, root_.path()); }

    test::TempDir root_;
};

TEST_F(Mount, version_2_names_one_path) {
    const auto own = add("ecs/task/container");
    EXPECT_EQ(find("0::/ecs/task/container\n"), own);
}

TEST_F(Mount, in_a_container_the_root_is_its_own) {
    const auto root = add(".");
    EXPECT_EQ(std::filesystem::weakly_canonical(find("0::/ecs/of/the/host\n")),
              std::filesystem::weakly_canonical(root));
}

TEST_F(Mount, version_1_lies_under_its_controllers_or_under_the_one_name) {
    const auto shared = add("cpu,cpuacct/task");
    EXPECT_EQ(find("9:memory:/task\n4:cpu,cpuacct:/task\n"), shared);
    const auto single = add("cpu/other");
    EXPECT_EQ(find("4:cpuacct,cpu:/other\n"), single);
}

TEST_F(Mount, nothing_is_found_where_there_is_nothing) {
    EXPECT_EQ(find(""), "");
    EXPECT_EQ(find("garbage\n0::\n"), "");
    EXPECT_EQ(find("4:cpu:/../../etc\n"), "");
}

}  // namespace
}  // namespace plumb::net
