// The demo is the promise of the README: real servers, six planted faults, exactly six findings, nothing left
// behind.
#include <array>
#include <chrono>
#include <cstdlib>
#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    EXPECT_NE(value, nullptr) << name << " is set by ctest";
    return value == nullptr ? "" : value;
}

// A directory that becomes the demo's TMPDIR: what is in it afterwards was left behind.
class Playground {
  public:
    Playground() {
        std::string pattern = (fs::temp_directory_path() / "plumb-demo-test.XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
        fs::permissions(path_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec |
                                   fs::perms::group_read | fs::perms::others_read);
    }
    ~Playground() { fs::remove_all(path_); }
    Playground(const Playground&) = delete;
    Playground& operator=(const Playground&) = delete;

    const fs::path& path() const { return path_; }
    fs::path output() const { return path_ / "stdout"; }

    pid_t start(const std::vector<std::string>& arguments) const {
        const std::string script = environment("PLUMB_SOURCE_DIR") + "/scripts/demo.sh";
        const std::string tree = environment("PLUMB_BUILD_DIR");
        const pid_t child = ::fork();
        if (child != 0) return child;
        ::setpgid(0, 0);
        ::setenv("TMPDIR", path_.c_str(), 1);
        ::setenv("XDG_RUNTIME_DIR", path_.c_str(), 1);
        if (std::freopen(output().c_str(), "w", stdout) == nullptr) ::_exit(126);
        std::vector<std::string> words{script, "--build", tree};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(script.c_str(), argv.data());
        ::_exit(127);
    }

    // Everything but our own capture of stdout.
    std::vector<std::string> leftovers() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(path_)) {
            if (entry.path() != output()) names.push_back(entry.path().filename());
        }
        return names;
    }

    // Command lines of living processes that speak of this playground.
    std::vector<std::string> processes() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator("/proc")) {
            std::ifstream file(entry.path() / "cmdline");
            const std::string line((std::istreambuf_iterator<char>(file)), {});
            if (line.find(path_.string()) != std::string::npos) found.push_back(line);
        }
        return found;
    }

    std::string read_output() const {
        std::ifstream file(output());
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    fs::path path_;
};

int wait_for(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

using Told = std::tuple<std::string, std::string, std::string, std::string, std::string>;

std::string text(const boost::json::object& object, const char* key) {
    return std::string(object.at(key).as_string());
}

TEST(Demo, six_planted_faults_give_exactly_six_findings) {
    const Playground playground;
    ASSERT_EQ(wait_for(playground.start({"--format", "json"})), 0) << playground.read_output();
    const auto report = boost::json::parse(playground.read_output()).as_object();
    EXPECT_EQ(text(report, "verdict"), "hold");

    std::multiset<Told> told;
    for (const auto& value : report.at("findings").as_array()) {
        const auto& finding = value.as_object();
        told.emplace(text(finding, "dependency"), text(finding, "category"), text(finding, "layer"),
                     text(finding, "cause"), text(finding, "subject"));
        EXPECT_EQ(text(finding, "severity"), "critical");
        EXPECT_FALSE(text(finding, "reason").empty());
        EXPECT_FALSE(text(finding, "action").empty());
    }
    const std::multiset<Told> planted{
        {"search", "drift", "resolve", "dns.nxdomain", "failures"},
        {"orders", "drift", "connect", "tcp.timeout", "failures"},
        {"payments", "drift", "handshake", "tls.unknown_authority", "failures"},
        {"database", "saturation", "server", "gauge.headroom", "gauge:postgres.connections"},
        {"cache", "drift", "server", "fact.differs", "fact:redis.maxmemory_policy"},
        {"cache", "saturation", "server", "gauge.headroom", "gauge:redis.clients"},
    };
    EXPECT_EQ(told, planted) << boost::json::serialize(report);
    EXPECT_EQ(playground.leftovers(), std::vector<std::string>{});
    EXPECT_EQ(playground.processes(), std::vector<std::string>{});
}

TEST(Demo, equal_environments_promote_without_a_finding) {
    const Playground playground;
    ASSERT_EQ(wait_for(playground.start({"--healthy", "--format", "json"})), 0) << playground.read_output();
    const auto report = boost::json::parse(playground.read_output()).as_object();
    EXPECT_EQ(text(report, "verdict"), "promote");
    EXPECT_TRUE(report.at("findings").as_array().empty()) << boost::json::serialize(report);
    EXPECT_EQ(playground.leftovers(), std::vector<std::string>{});
    EXPECT_EQ(playground.processes(), std::vector<std::string>{});
}

TEST(Demo, an_interrupt_in_the_middle_leaves_nothing_behind) {
    const Playground playground;
    const pid_t demo = playground.start({});
    while (playground.leftovers().empty() || playground.processes().size() < 4) {
        ASSERT_EQ(::waitpid(demo, nullptr, WNOHANG), 0) << "the demo ended before it was interrupted";
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ::kill(demo, SIGINT);
    EXPECT_EQ(wait_for(demo), 130);
    EXPECT_EQ(playground.leftovers(), std::vector<std::string>{});
    EXPECT_EQ(playground.processes(), std::vector<std::string>{});
}

TEST(Demo, a_kept_demo_goes_on_until_it_is_stopped) {
    const Playground playground;
    ASSERT_EQ(wait_for(playground.start({"--healthy", "--keep"})), 0) << playground.read_output();
    EXPECT_GE(playground.processes().size(), 10U);
    EXPECT_EQ(wait_for(playground.start({"--stop"})), 0);
    EXPECT_EQ(playground.leftovers(), std::vector<std::string>{});
    EXPECT_EQ(playground.processes(), std::vector<std::string>{});
}

}  // namespace
