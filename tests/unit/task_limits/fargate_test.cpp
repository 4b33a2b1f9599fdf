// Whole looks at trees as they are found: Fargate's platform 1.4 (version 1), version 2 with a slice for the
// task, both at once, and nothing at all.
#include "tests/unit/task_limits/tree.hpp"

namespace plumb::task::limits {
namespace {

constexpr std::string_view kHostPath =
    "11:pids:/ecs/5d1f/app\n8:memory:/ecs/5d1f/app\n4:cpu,cpuacct:/ecs/5d1f/app\n1:name=systemd:/ecs/5d1f/"
    "app\n";

void fargate(const Tree& tree, const std::string& kills) {
    tree.proc("self/cgroup", kHostPath);
    tree.group("memory", {{"memory.usage_in_bytes", "314572800"},
                          {"memory.max_usage_in_bytes", "419430400"},
                          {"memory.limit_in_bytes", "9223372036854771712"},
                          {"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill " + kills},
                          {"memory.stat",
                           "inactive_file 1\nhierarchical_memory_limit 536870912\n"
                           "total_inactive_file 104857600"}});
    tree.group("cpu,cpuacct", {{"cpu.cfs_quota_us", "25000"},
                               {"cpu.cfs_period_us", "100000"},
                               {"cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_time 5"},
                               {"cpuacct.usage", "1000000000"}});
    tree.group("pids", {{"pids.current", "17"}, {"pids.max", "max"}});
}

TEST(TaskLimits, version_1_shows_the_tasks_limit_to_a_container_without_one) {
    const Tree tree;
    fargate(tree, "0");
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(fact_of(look, "task.cgroup"), "v1");
    EXPECT_EQ(fact_of(look, "task.memory_limit"), "512 MiB");
    EXPECT_EQ(fact_of(look, "task.cpu_limit"), "0.25");
    EXPECT_EQ(fact_of(look, "task.pids_limit"), "none");
    EXPECT_EQ(gauge_of(look, "task.memory").value, 200 * kMiB);  // without page cache
    EXPECT_EQ(gauge_of(look, "task.page_cache").value, 100 * kMiB);
    EXPECT_EQ(gauge_of(look, "task.page_cache").limit, std::nullopt);
    EXPECT_EQ(gauge_of(look, "task.memory").limit, 512 * kMiB);
    EXPECT_TRUE(gauge_of(look, "task.memory").refuses_at_limit);
    EXPECT_EQ(gauge_of(look, "task.memory_peak").value, 400 * kMiB);
    EXPECT_EQ(gauge_of(look, "task.memory_peak").limit, 512 * kMiB);
    EXPECT_EQ(gauge_of(look, "task.pids").value, 17);
    EXPECT_EQ(gauge_of(look, "task.pids").limit, std::nullopt);
    EXPECT_EQ(gauge_of(look, "task.oom_kills").value, 0);
    ASSERT_EQ(look.checks.size(), 1U);
    EXPECT_EQ(look.checks[0].name, "memory");
    EXPECT_FALSE(look.checks[0].failed);
}

TEST(TaskLimits, a_kill_before_the_first_look_is_the_tasks_own) {
    const Tree tree;
    fargate(tree, "2");
    const auto section = make_limits(tree.places());
    for (int i = 0; i < 60; ++i) {
        const auto look = look_with(*section, Depth::connect);
        ASSERT_EQ(look.checks.size(), 1U);
        EXPECT_TRUE(look.checks[0].failed) << i;
        EXPECT_EQ(look.checks[0].cause, Cause::task_oom_killed);
        EXPECT_EQ(look.checks[0].detail,
                  "the kernel has killed 2 processes for their memory; the limit is 512 MiB");
    }
    EXPECT_FALSE(look_with(*section, Depth::connect).checks.at(0).failed);
}

TEST(TaskLimits, a_kill_between_two_looks_fails_the_next) {
    const Tree tree;
    fargate(tree, "0");
    const auto section = make_limits(tree.places());
    EXPECT_FALSE(look_with(*section).checks.at(0).failed);
    fargate(tree, "1");
    const auto look = look_with(*section);
    EXPECT_TRUE(look.checks.at(0).failed);
    EXPECT_EQ(gauge_of(look, "task.oom_kills").value, 1);
}

void nested(const Tree& tree) {
    tree.proc("self/cgroup", "0::/ecstasks.slice/task/app\n");
    tree.group("ecstasks.slice/task/app", {{"memory.current", "104857600"},
                                           {"memory.peak", "209715200"},
                                           {"memory.max", "max"},
                                           {"memory.stat", "anon 1\ninactive_file 10485760"},
                                           {"memory.events", "oom 0\noom_kill 0"},
                                           {"cpu.stat", "usage_usec 5\nnr_periods 0\nnr_throttled 0"},
                                           {"cpu.max", "max 100000"},
                                           {"cpu.pressure", "some avg10=12.50 avg60=1.00 avg300=0 total=1"},
                                           {"pids.current", "5"},
                                           {"pids.max", "100"}});
    tree.group("ecstasks.slice/task", {{"memory.current", "314572800"},
                                       {"memory.peak", "419430400"},
                                       {"memory.max", "1073741824"},
                                       {"memory.stat", "inactive_file 0"},
                                       {"memory.events", "oom 1\noom_kill 3"},
                                       {"cpu.stat", "usage_usec 9\nnr_periods 4\nnr_throttled 1"},
                                       {"cpu.max", "50000 100000"},
                                       {"pids.current", "9"},
                                       {"pids.max", "4096"}});
    tree.proc("pressure/cpu", "some avg10=99.00 avg60=1.00 avg300=0 total=1\n");
    tree.proc("pressure/io",
              "some avg10=2.00 avg60=1.00 avg300=0 total=1\nfull avg10=1.00 avg60=0 avg300=0 total=1\n");
}

TEST(TaskLimits, version_2_takes_the_limit_of_the_parent_with_the_parents_use) {
    const Tree tree;
    nested(tree);
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(fact_of(look, "task.cgroup"), "v2");
    EXPECT_EQ(fact_of(look, "task.memory_limit"), "1024 MiB");
    EXPECT_EQ(fact_of(look, "task.cpu_limit"), "0.50");
    EXPECT_EQ(fact_of(look, "task.pids_limit"), "100");
    EXPECT_EQ(gauge_of(look, "task.memory").value, 300 * kMiB);
    EXPECT_EQ(gauge_of(look, "task.memory").limit, 1024 * kMiB);
    EXPECT_EQ(gauge_of(look, "task.pids").value, 5);
    EXPECT_EQ(gauge_of(look, "task.pids").limit, 100);
    // The group's own pressure, and the machine's where it has none.
    EXPECT_DOUBLE_EQ(gauge_of(look, "task.pressure.cpu").value, 0.125);
    EXPECT_DOUBLE_EQ(gauge_of(look, "task.pressure.io").value, 0.02);
    EXPECT_EQ(look.evidence.find_gauge("task.pressure.memory"), nullptr);
    EXPECT_EQ(look.evidence.find_fact("task.pressure_of")->value, "the machine");
    // The siblings may have been killed long ago: only what comes now is told.
    EXPECT_FALSE(look.checks.at(0).failed);
    EXPECT_EQ(gauge_of(look, "task.oom_kills").value, 3);
}

TEST(TaskLimits, a_container_of_version_2_lies_at_the_root) {
    const Tree tree;
    tree.proc("self/cgroup", "0::/\n");
    tree.group(".", {{"memory.current", "10485760"},
                     {"memory.max", "67108864"},
                     {"memory.stat", "inactive_file 20971520"},
                     {"memory.events", "oom_kill 1"}});
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(gauge_of(look, "task.memory").value, 0);  // the two were not read at one instant
    EXPECT_EQ(look.evidence.find_gauge("task.memory_peak"),
              nullptr);  // nothing seen yet, and nobody keeps it
    EXPECT_EQ(fact_of(look, "task.memory_sizing"), "(absent)");
    EXPECT_TRUE(look.checks.at(0).failed);
    EXPECT_EQ(look.checks.at(0).detail,
              "the kernel has killed 1 process for its memory; the limit is 64 MiB");
}

TEST(TaskLimits, where_the_kernel_keeps_no_peak_the_looks_do) {
    const Tree tree;
    tree.proc("self/cgroup", "0::/\n");
    const auto section = make_limits(tree.places());
    const auto peak_at = [&](const char* used) {
        tree.group(
            ".", {{"memory.current", used}, {"memory.max", "67108864"}, {"memory.stat", "inactive_file 0"}});
        return gauge_of(look_with(*section), "task.memory_peak").value;
    };
    EXPECT_EQ(peak_at("20971520"), 20 * kMiB);
    EXPECT_EQ(peak_at("41943040"), 40 * kMiB);
    EXPECT_EQ(peak_at("10485760"), 40 * kMiB);
    EXPECT_EQ(fact_of(look_with(*section), "task.memory_sizing"),
              "highest seen 40 MiB; plus 25 to 30 % would be 50 to 52 MiB; the limit is 64 MiB");
}

TEST(TaskLimits, a_hybrid_takes_each_from_where_it_is) {
    const Tree tree;
    tree.proc("self/cgroup", "4:memory:/a\n3:cpuacct:/a\n2:cpu:/a\n0::/a\n");
    tree.group("memory/a", {{"memory.usage_in_bytes", "1048576"}, {"memory.limit_in_bytes", "2097152"}});
    tree.group("cpu/a", {{"cpu.stat", "nr_periods 0\nnr_throttled 0"}, {"cpu.cfs_quota_us", "-1"}});
    tree.group("cpuacct/a", {{"cpuacct.usage", "5"}});
    tree.group("unified/a", {{"cpu.pressure", "some avg10=50.00 avg60=1.00 avg300=0 total=1"},
                             {"pids.current", "3"},
                             {"pids.max", "10"}});
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(fact_of(look, "task.cgroup"), "v1");
    EXPECT_EQ(fact_of(look, "task.memory_limit"), "2 MiB");
    EXPECT_EQ(fact_of(look, "task.cpu_limit"), "none");
    EXPECT_EQ(gauge_of(look, "task.memory").value, kMiB);
    EXPECT_EQ(gauge_of(look, "task.pids").limit, 10);
    EXPECT_DOUBLE_EQ(gauge_of(look, "task.pressure.cpu").value, 0.5);
    EXPECT_TRUE(look.checks.empty());  // nobody counts the kills
}

TEST(TaskLimits, what_cannot_be_read_is_left_out) {
    const Tree empty;
    const auto section = make_limits(empty.places());
    for (const Depth depth : {Depth::connect, Depth::inspect}) {
        const auto look = look_with(*section, depth);
        ASSERT_EQ(look.evidence.facts.size(), 1U);
        EXPECT_EQ(fact_of(look, "task.cgroup"), "none");
        EXPECT_TRUE(look.evidence.gauges.empty());
        EXPECT_TRUE(look.checks.empty());
    }
}

TEST(TaskLimits, nonsense_in_the_files_is_left_out) {
    const Tree tree;
    fargate(tree, "many");
    const std::string noise(1 << 17, '7');  // longer than these files are
    tree.group(
        "memory",
        {{"memory.usage_in_bytes", "-5"}, {"memory.max_usage_in_bytes", noise}, {"memory.stat", "\n\n x"}});
    tree.group("cpu,cpuacct", {{"cpu.cfs_quota_us", "0"}, {"cpu.stat", noise}});
    tree.group("pids", {{"pids.current", ""}, {"pids.max", "x"}});
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(fact_of(look, "task.memory_limit"), "none");
    EXPECT_EQ(fact_of(look, "task.cpu_limit"), "none");
    EXPECT_TRUE(look.evidence.gauges.empty());
    EXPECT_TRUE(look.checks.empty());
}

}  // namespace
}  // namespace plumb::task::limits
