// Whose evidence a look tells: the app's, or what the containers of a task share.
#include "probes/task/areas.hpp"

#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <unistd.h>

#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What the agent sees of the kernel: itself, and maybe the app's process in another container.
class Seen {
  public:
    Seen() {
        add(::getpid(), "plumb-agent", "/own");
        const auto self = "proc/" + std::to_string(::getpid());
        std::filesystem::create_directory_symlink(std::to_string(::getpid()), dir_.path() / "proc/self");
        dir_.write(self + "/status", "Uid:\t7\t7\t7\t7\nGid:\t7\t7\t7\t7\nCapEff:\t0\n");
        std::filesystem::create_directories(dir_.path() / "proc/sys/net/core");
        dir_.write("proc/sys/net/core/somaxconn", "4096\n");
        image("image", "agent");
    }
    // Its files are those of an image of its own.
    void add_app(pid_t pid, const std::string& name = "node") {
        add(pid, name, "/app-id");
        const auto folder = "proc/" + std::to_string(pid);
        dir_.write(folder + "/status",
                   "Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nCapEff:\t0\n");
        set_variables(pid, std::string("DATABASE_URL=postgres://db/x\0TZ=Europe/Paris\0", 45));
        image(folder + "/root", "app");
    }
    void set_variables(pid_t pid, const std::string& environ) {
        dir_.write("proc/" + std::to_string(pid) + "/environ", environ);
    }
    Look look(const Areas::About& about, Depth depth = Depth::inspect) {
        Places places;
        places.proc = (dir_.path() / "proc").string();
        places.cgroup = (dir_.path() / "none").string();
        places.root = (dir_.path() / "image").string();
        Areas areas(
            places, settings,
            [] {
                return std::vector<Variable>{{"PLUMB", Secret("1")}, {"OWN", Secret("1")}};
            },
            std::make_shared<KnownTargets>());
        Look out;
        others = areas.look(about, depth, out);
        return out;
    }

    VariableSettings settings;
    bool others = false;

  private:
    void add(pid_t pid, const std::string& name, const std::string& cgroup) {
        const auto folder = "proc/" + std::to_string(pid);
        std::filesystem::create_directories(dir_.path() / folder);
        dir_.write(folder + "/comm", name + "\n");
        dir_.write(folder + "/cgroup", "0::" + cgroup + "\n");
    }
    void image(const std::string& folder, const std::string& id) {
        std::filesystem::create_directories(dir_.path() / folder / "etc");
        dir_.write(folder + "/etc/os-release", "ID=" + id + "\nVERSION_ID=1\n");
        dir_.write(folder + "/etc/resolv.conf", "nameserver 10.0.0.2\noptions ndots:5\n");
    }

    plumb::test::TempDir dir_;
};

std::string fact(const Look& look, std::string_view name) {
    const auto* found = look.evidence.find_fact(name);
    return found == nullptr ? "" : found->value;
}

Areas::About about(OwnContainer container) {
    Areas::About made;
    made.own = "plumb";
    made.app = "checkout";
    made.container = container;
    return made;
}

TEST(Areas, beside_the_app_all_that_is_read_is_the_apps) {
    Seen seen;
    const auto look = seen.look(about(OwnContainer::of_the_app));
    EXPECT_EQ(fact(look, "env.OWN"), "number");
    EXPECT_EQ(fact(look, "image.os"), "agent 1");
    EXPECT_EQ(fact(look, "task.user"), "uid 7 gid 7");
    EXPECT_EQ(fact(look, "task.variables_from"), "container plumb");
    EXPECT_EQ(fact(look, "task.image_from"), "container plumb");
    EXPECT_FALSE(seen.others);
}

// What a sidecar sees of itself is not the app's, and a variable that the app needs is not missing for it.
TEST(Areas, in_a_container_of_its_own_the_agent_tells_what_the_containers_share) {
    for (const auto whose : {OwnContainer::of_the_agent, OwnContainer::unknown}) {
        Seen seen;
        seen.settings.required = {"DATABASE_URL"};
        const auto look = seen.look(about(whose));
        for (const auto& each : look.evidence.facts) {
            EXPECT_THAT(each.name, ::testing::Not(StartsWith("env."))) << each.value;
            EXPECT_THAT(each.name, ::testing::Not(StartsWith("image."))) << each.value;
        }
        EXPECT_EQ(fact(look, "task.user"), "");
        EXPECT_EQ(fact(look, "kernel.somaxconn"), "4096");
        EXPECT_EQ(fact(look, "task.resolver.options"), "ndots:5");
        EXPECT_THAT(fact(look, "task.variables_from"),
                    HasSubstr("none: container checkout is not to be seen"));
        EXPECT_EQ(fact(look, "task.variables_from"), fact(look, "task.image_from"));
    }
}

TEST(Areas, through_a_shared_process_namespace_the_apps_own_are_told) {
    Seen seen;
    seen.add_app(20);
    const auto look = seen.look(about(OwnContainer::of_the_agent));
    EXPECT_TRUE(seen.others);
    EXPECT_EQ(fact(look, "env.DATABASE_URL"), "postgres URL");
    EXPECT_EQ(fact(look, "env.OWN"), "");
    EXPECT_EQ(fact(look, "image.os"), "app 1");
    EXPECT_EQ(fact(look, "task.user"), "uid 1000 gid 1000");
    EXPECT_EQ(fact(look, "task.image_from"), "container checkout, through its process");
}

// nginx, gunicorn and Puma write their title over their variables.
TEST(Areas, variables_that_the_app_has_written_over_are_not_missing) {
    for (const std::string& environ : {std::string("master process\0\0\0", 17), std::string()}) {
        Seen seen;
        seen.settings.required = {"DATABASE_URL"};
        seen.add_app(20);
        seen.set_variables(20, environ);
        const auto look = seen.look(about(OwnContainer::of_the_agent));
        EXPECT_EQ(fact(look, "env.DATABASE_URL"), "");
        EXPECT_EQ(fact(look, "task.variables_from"),
                  "none: process 20 of container checkout shows none: it has written its title over them");
        EXPECT_EQ(fact(look, "image.os"), "app 1");
        EXPECT_EQ(fact(look, "task.image_from"), "container checkout, through its process");
    }
}

TEST(Areas, a_look_that_reads_no_image_sees_the_other_containers_too) {
    Seen seen;
    seen.look(about(OwnContainer::of_the_agent), Depth::login);
    EXPECT_FALSE(seen.others);
    seen.add_app(20);
    seen.look(about(OwnContainer::of_the_agent), Depth::login);
    EXPECT_TRUE(seen.others);
}

std::vector<std::string> known(KnownTargets& targets) {
    return targets.all().at(0).addresses;
}

TEST(KnownTargets, an_address_that_no_run_has_met_for_long_is_an_old_one) {
    const auto attempt = [](const std::string& address) {
        Attempt made;
        made.address = address;
        return made;
    };
    KnownTargets targets;
    targets.seen("cache", 6379, {attempt("10.0.0.1:6379"), attempt("[2001:db8::1]:6379")});
    EXPECT_THAT(known(targets), ElementsAre("10.0.0.1", "2001:db8::1"));
    for (int run = 0; run < 60; ++run)
        targets.seen("cache", 6379, {attempt("10.0.0.2:6379")});
    EXPECT_THAT(known(targets), ElementsAre("10.0.0.1", "2001:db8::1", "10.0.0.2"));
    targets.seen("cache", 6379, {attempt("10.0.0.1:6379")});
    EXPECT_THAT(known(targets), ElementsAre("10.0.0.2", "10.0.0.1"));
    for (int run = 0; run < 200; ++run)
        targets.seen("cache", 6379, {});  // the name leads nowhere
    EXPECT_THAT(known(targets), ElementsAre("10.0.0.2", "10.0.0.1"));
    for (int number = 1; number <= 40; ++number)
        targets.seen("cache", 6379, {attempt("10.0.1." + std::to_string(number) + ":6379")});
    EXPECT_THAT(known(targets), SizeIs(16));
    EXPECT_EQ(known(targets).back(), "10.0.1.40");
}

TEST(Areas, of_several_containers_the_named_one_is_the_apps) {
    Seen seen;
    seen.add_app(20);
    auto of_app = about(OwnContainer::of_the_agent);
    of_app.app_id = "another-id";
    EXPECT_THAT(fact(seen.look(of_app), "task.variables_from"), StartsWith("none: "));
    of_app.app_id = "app-id";
    EXPECT_EQ(fact(seen.look(of_app), "env.DATABASE_URL"), "postgres URL");
}

}  // namespace
}  // namespace plumb::task
