#include "probes/task/identity/app_process.hpp"

#include "tests/support/temp_dir.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace plumb::task {
namespace {

// A /proc of the processes that a container sees.
class Proc {
  public:
    void add(pid_t pid, const std::string& name, const std::string& cgroup, const std::string& flags = "0") {
        const auto folder = std::to_string(pid);
        std::filesystem::create_directory(dir_.path() / folder);
        dir_.write(folder + "/comm", name + "\n");
        dir_.write(folder + "/cgroup", "0::" + cgroup + "\n");
        dir_.write(folder + "/stat",
                   folder + " (" + name + ") S 1 1 1 0 -1 " + flags + " 1 2 3 4 5 6 7 8 20 0 1 0 42 0 0");
    }
    Places places() const {
        Places places;
        places.proc = dir_.path().string();
        return places;
    }

  private:
    plumb::test::TempDir dir_;
};

TEST(AppProcess, alone_there_is_none) {
    Proc proc;
    proc.add(1, "docker-init", "/");
    proc.add(7, "plumb-agent", "/");
    proc.add(9, "sh", "/");
    EXPECT_FALSE(find_app_process(proc.places(), 7));
}

TEST(AppProcess, who_is_first_tells_whether_the_agent_was_called_into_a_container) {
    for (const char* name : {"pause", "docker-init", "plumb-agent"}) {
        Proc proc;
        proc.add(1, name, "/");
        EXPECT_TRUE(begins_with_no_app(proc.places())) << name;
    }
    for (const char* name : {"sh", "node"}) {
        Proc proc;
        proc.add(1, name, "/");
        EXPECT_FALSE(begins_with_no_app(proc.places())) << name;
    }
    EXPECT_FALSE(begins_with_no_app(Proc().places()));
}

TEST(AppProcess, what_a_person_runs_beside_the_agent_is_none) {
    Proc proc;
    proc.add(1, "sleep", "/");  // keeps a container for somebody to enter
    proc.add(7, "plumb-agent", "/");
    proc.add(8, "gzip", "/");  // its output goes there
    EXPECT_FALSE(find_app_process(proc.places(), 7));
}

TEST(AppProcess, beside_the_app_it_is_of_the_same_container) {
    Proc proc;
    proc.add(1, "node", "/");
    proc.add(30, "plumb-agent", "/");
    const auto app = find_app_process(proc.places(), 30);
    ASSERT_TRUE(app);
    EXPECT_EQ(app->pid, 1);
    EXPECT_TRUE(app->own_container);
}

TEST(AppProcess, with_a_shared_process_namespace_it_is_of_another_container) {
    Proc proc;
    proc.add(1, "pause", "/../aaa");
    proc.add(8, "gunicorn: master", "/../bbb");
    proc.add(12, "plumb-agent", "/");
    const auto app = find_app_process(proc.places(), 12);
    ASSERT_TRUE(app);
    EXPECT_EQ(app->pid, 8);
    EXPECT_FALSE(app->own_container);
}

TEST(AppProcess, of_two_others_the_one_whose_id_is_given) {
    Proc proc;
    proc.add(8, "envoy", "/ecs/task/aaa111");
    proc.add(9, "java", "/ecs/task/bbb222");
    proc.add(12, "plumb-agent", "/ecs/task/ccc333");
    EXPECT_EQ(find_app_process(proc.places(), 12, "bbb222")->pid, 9);
    EXPECT_FALSE(find_app_process(proc.places(), 12, "ddd444"));
}

TEST(AppProcess, kernel_threads_and_what_is_no_process_are_passed_over) {
    Proc proc;
    proc.add(2, "kthreadd", "/", "2129984");
    proc.add(12, "plumb-agent", "/");
    EXPECT_FALSE(find_app_process(proc.places(), 12));
    Places nowhere;
    nowhere.proc = "/nonexistent";
    EXPECT_FALSE(find_app_process(nowhere, 1));
}

}  // namespace
}  // namespace plumb::task
