#include "probes/task/limits/descriptors.hpp"

#include "tests/unit/task_limits/tree.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace plumb::task::limits {
namespace {

std::string limits_text(const std::string& soft) {
    return "Limit                     Soft Limit           Hard Limit           Units     \n"
           "Max processes             1                    1                    processes \n"
           "Max open files            " +
           soft + "                 1048576              files     \n";
}

void process(const Tree& tree, const std::string& pid, const std::string& soft, int open) {
    tree.proc(pid + "/limits", limits_text(soft));
    std::filesystem::create_directories(tree.places().proc + "/" + pid + "/fd");
    for (int fd = 0; fd < open; ++fd)
        tree.proc(pid + "/fd/" + std::to_string(fd), "");
}

void self(const Tree& tree, const std::string& pid) {
    std::filesystem::create_directories(tree.places().proc);
    std::filesystem::create_symlink(pid, tree.places().proc + "/self");
}

TEST(TaskLimitsDescriptors, the_limit_is_the_soft_one) {
    EXPECT_EQ(parse_file_limit(limits_text("1024")).value().soft, 1024U);
    EXPECT_EQ(parse_file_limit(limits_text("unlimited")).value().soft, std::nullopt);
    for (const std::string& text : {std::string(), std::string("xMax open files 3"), limits_text("x")})
        EXPECT_FALSE(parse_file_limit(text)) << text;
}

TEST(TaskLimitsDescriptors, the_process_nearest_to_its_limit_makes_the_gauge) {
    const Tree tree;
    self(tree, "9");
    process(tree, "1", "1000", 20);
    process(tree, "7", "20", 10);
    process(tree, "8", "unlimited", 30);
    process(tree, "9", "12", 12);  // we
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(gauge_of(look, "task.descriptors").value, 10);
    EXPECT_EQ(gauge_of(look, "task.descriptors").limit, 20);
    EXPECT_EQ(fact_of(look, "task.descriptor_limit"), "20");
    EXPECT_EQ(fact_of(look, "task.descriptors_unseen"), "(absent)");
    // What is known of the limit is told without looking again.
    const auto shallow = look_with(*section, Depth::connect);
    EXPECT_EQ(fact_of(shallow, "task.descriptor_limit"), "20");
    EXPECT_EQ(shallow.evidence.find_gauge("task.descriptors"), nullptr);
}

TEST(TaskLimitsDescriptors, we_count_where_we_are_alone) {
    const Tree tree;
    self(tree, "9");
    process(tree, "9", "64", 5);
    process(tree, "2", "1024", 0);  // a thread of the kernel
    const auto found = read_descriptors(tree.places().proc);
    EXPECT_EQ(found.open, 5U);
    EXPECT_EQ(found.limit, 64U);
    EXPECT_EQ(found.lowest_limit, 64U);
}

TEST(TaskLimitsDescriptors, processes_that_may_not_be_counted_are_told) {
    const Tree tree;
    self(tree, "9");
    process(tree, "9", "64", 5);
    process(tree, "3", "100", 1);
    // Nobody may open what is not there, not even root.
    tree.proc("4/limits", limits_text("50"));
    tree.proc("5/limits", limits_text("10"));
    tree.proc("5/stat", "5 (app) Z 1 5 5 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 42 0 0");  // waits for its parent
    const auto section = make_limits(tree.places());
    const auto look = look_with(*section);
    EXPECT_EQ(fact_of(look, "task.descriptors_unseen"), "1 of 2 processes");
    EXPECT_EQ(fact_of(look, "task.descriptor_limit"), "50");
    EXPECT_EQ(gauge_of(look, "task.descriptors").limit, 100);
}

TEST(TaskLimitsDescriptors, no_more_processes_are_looked_at_than_is_said) {
    const Tree tree;
    process(tree, "app", "100", 1);
    for (std::size_t pid = 1; pid <= kMaxProcesses + 8; ++pid)
        std::filesystem::create_directory_symlink("app", tree.places().proc + "/" + std::to_string(pid));
    EXPECT_EQ(read_descriptors(tree.places().proc).processes, kMaxProcesses);
}

}  // namespace
}  // namespace plumb::task::limits
