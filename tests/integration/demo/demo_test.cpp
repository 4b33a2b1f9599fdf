// The demo is the promise of the README: real servers, six planted faults, exactly six findings, nothing left
// behind.
#include <array>
#include <chrono>
#include <cstdlib>
#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
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

// A directory that becomes the demo's TMPDIR: what is in it afterwards was left behind. There is a space in
// its name, and PATH is a plain user's, which lacks the places where Debian keeps nginx and dnsmasq.
class Playground {
  public:
    Playground() {
        std::string pattern = (fs::temp_directory_path() / "plumb demo-test.XXXXXX").string();
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
        ::setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
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

    // Living processes whose command lines speak of this playground.
    std::map<pid_t, std::string> processes() const {
        std::map<pid_t, std::string> found;
        for (const auto& entry : fs::directory_iterator("/proc")) {
            std::ifstream file(entry.path() / "cmdline");
            std::string line;
            std::getline(file, line);  // takes a process that ends meanwhile; a bare iterator would throw
            if (line.find(path_.string()) != std::string::npos)
                found.emplace(std::stoi(entry.path().filename()), line);
        }
        return found;
    }

    // The first process whose command line holds `words`, once it is there; 0 when the demo ends before.
    pid_t await_process(const std::string& words, pid_t demo) const {
        while (::waitpid(demo, nullptr, WNOHANG) == 0) {
            for (const auto& [pid, line] : processes()) {
                if (line.find(words) != std::string::npos) return pid;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return 0;
    }

    void expect_nothing_left() const {
        EXPECT_EQ(leftovers(), std::vector<std::string>{});
        EXPECT_EQ(processes(), (std::map<pid_t, std::string>{}));
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

// What the report finds, but for a warning that the agents were short of CPU: on a busy machine they are.
std::vector<boost::json::object> findings_of(const boost::json::object& report) {
    std::vector<boost::json::object> findings;
    for (const auto& value : report.at("findings").as_array()) {
        const auto& finding = value.as_object();
        if (text(finding, "cause") == "task.starved" && text(finding, "severity") == "warning") continue;
        findings.push_back(finding);
    }
    return findings;
}

TEST(Demo, six_planted_faults_give_exactly_six_findings) {
    const Playground playground;
    ASSERT_EQ(wait_for(playground.start({"--format", "json"})), 0) << playground.read_output();
    const auto report = boost::json::parse(playground.read_output()).as_object();
    EXPECT_EQ(text(report, "verdict"), "hold");

    std::multiset<Told> told;
    for (const auto& finding : findings_of(report)) {
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
    playground.expect_nothing_left();
}

TEST(Demo, equal_environments_promote_without_a_finding) {
    const Playground playground;
    ASSERT_EQ(wait_for(playground.start({"--healthy", "--format", "json"})), 0) << playground.read_output();
    const auto report = boost::json::parse(playground.read_output()).as_object();
    EXPECT_EQ(text(report, "verdict"), "promote");
    EXPECT_TRUE(findings_of(report).empty()) << boost::json::serialize(report);
    playground.expect_nothing_left();
}

TEST(Demo, an_interrupt_in_the_middle_leaves_nothing_behind) {
    for (const char* reached : {"dnsmasq.conf", "agent-3.yaml"}) {
        SCOPED_TRACE(reached);
        const Playground playground;
        const pid_t demo = playground.start({});
        ASSERT_NE(playground.await_process(reached, demo), 0) << "the demo ended before it was interrupted";
        ::kill(-demo, SIGINT);  // as a terminal does: the whole foreground group
        EXPECT_EQ(wait_for(demo), 130);
        playground.expect_nothing_left();
    }
}

TEST(Demo, a_server_that_dies_ends_the_demo_instead_of_changing_its_story) {
    const Playground playground;
    const pid_t demo = playground.start({"--healthy"});
    const pid_t nginx = playground.await_process("nginx: master process", demo);
    ASSERT_NE(nginx, 0) << "the demo ended before its server was killed";
    ::kill(nginx, SIGKILL);  // its worker lives on, in its group and under a name that tells no path
    EXPECT_EQ(wait_for(demo), 1);
    playground.expect_nothing_left();
    for (int tenths = 0; tenths < 50 && ::kill(-nginx, 0) == 0; ++tenths)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(::kill(-nginx, 0), -1) << "nginx's worker was left behind";
}

TEST(Demo, a_kept_demo_goes_on_until_it_is_stopped) {
    const Playground playground;
    ASSERT_EQ(wait_for(playground.start({"--healthy", "--keep"})), 0) << playground.read_output();
    EXPECT_GE(playground.processes().size(), 10U);
    EXPECT_EQ(wait_for(playground.start({"--stop"})), 0);
    playground.expect_nothing_left();
}

}  // namespace
