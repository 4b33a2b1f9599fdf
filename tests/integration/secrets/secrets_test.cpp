// Secrets planted where a task has them, then everything that the programs write, serve or leave behind,
// searched for them: windows, store, logs, metrics, answers of the gate, checks and their comparison, and
// what a crash leaves.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/controller/controller_process.hpp"
#include "tests/support/cpu_group.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>

namespace plumb {
namespace {

namespace fs = std::filesystem;
using agent::test::agent_path;
using agent::test::contents;
using agent::test::eventually;
using testing::HasSubstr;

// In every planted value; no word of ours and no random text holds it.
constexpr std::string_view kMark = "pl4nt3d";

// A value of every kind that a variable may hold, as staging and production have them: some equal, some not.
std::vector<std::string> planted_in(const std::string& environment) {
    const std::string own = "pl4nt3d-" + environment;
    return {
        "DB_PASSWORD=pl4nt3d-shared",
        "API_TOKEN=" + own,
        "LICENCE=pl4nt3d-licence",
        "QUEUE=amqp://app:pl4nt3d@" + own + ".example:5672/pl4nt3d",
        "CALLBACK=ftp://" + own + ".example/pl4nt3d?pl4nt3d=pl4nt3d#pl4nt3d",
        "BUCKET=arn:aws:s3:eu-west-1:123456789012:" + own,
        R"(SETTINGS={"password": "pl4nt3d", "pl4nt3d": [1, 2]})",
        "SIGNING=-----BEGIN PRIVATE KEY-----\npl4nt3d\n-----END PRIVATE KEY-----\n",
        "SERVERS=https://pl4nt3d.example,https://" + own + ".example",
        "HOST=pl4nt3d.abc123.eu-west-1.rds.amazonaws.com",
        "ODD=pl4nt3d\x1b[31m\xff\xfe\tpl4nt3d",
        "LONG=" + std::string(100'000, 'x') + "pl4nt3d",
        "PLAIN=" + own,
        "AWS_SECRET_ACCESS_KEY=pl4nt3d/abcdefghijklmnopqrstuvwxyz",
        "REDIS_PASSWORD=pl4nt3d-redis",
    };
}

std::string in_hex(std::string_view text) {
    std::string out;
    for (const char c : text) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

// The mark, as itself or in hexadecimal, or in base64 at each of the three places it may begin.
std::string leak_in(const std::string& text) {
    const std::array<std::string, 5> forms{std::string(kMark), in_hex(kMark), "cGw0bnQzZ", "BsNG50M2",
                                           "wbDRudDNk"};
    for (const auto& form : forms) {
        const auto at = text.find(form);
        if (at != std::string::npos) return text.substr(at > 60 ? at - 60 : 0, 140);
    }
    return {};
}

void expect_clean(const std::string& what, const std::string& text) {
    EXPECT_EQ(leak_in(text), "") << "in " << what;
}

std::vector<std::string> sanitizers() {
    std::vector<std::string> out;
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
        if (const char* value = std::getenv(name)) out.push_back(std::string(name) + "=" + value);
    return out;
}

// The agent with exactly the planted variables, as a task of its own.
std::vector<std::string> command_of(const std::string& environment, const std::vector<std::string>& words) {
    std::vector<std::string> command{"/usr/bin/env", "-i"};
    for (const auto& option : sanitizers())
        command.push_back(option);
    for (const auto& variable : planted_in(environment))
        command.push_back(variable);
    command.push_back(agent_path());
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

test::ChildSpec logged(std::vector<std::string> command, std::string log) {
    test::ChildSpec spec;
    spec.command = std::move(command);
    spec.output_file = std::move(log);
    return spec;
}

// Redis with a password, which the agents of one environment have and those of the other have not.
class Redis {
  public:
    explicit Redis(const test::TempDir& folder)
        : process_(logged({test::program("redis-server"), "--port", std::to_string(port_), "--save", "",
                           "--dir", folder.path().string(), "--requirepass", "pl4nt3d-redis"},
                          "/dev/null")) {
        process_.wait_until_listening(port_);
    }
    std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_ = test::free_port();
    test::ChildProcess process_;
};

// An app whose health check needs a password and a token: without them nothing is found, and with them it
// says one of the two itself.
class App {
  public:
    explicit App(const std::string& status)
        : server_([status](test::Connection& peer) {
              const auto request = peer.read_until("\r\n\r\n");
              const bool asked = request.find("?token=pl4nt3d ") != std::string::npos &&
                                 request.find("Authorization: Basic YXBwOnBsNG50M2Q=") != std::string::npos;
              peer.write("HTTP/1.1 " + (asked ? status : "404") +
                         " pl4nt3d\r\nX-Token: pl4nt3d\r\n\r\npl4nt3d");
          }) {}
    std::string url(const std::string& path) const {
        return "http://app:pl4nt3d@127.0.0.1:" + std::to_string(server_.port()) + path + "?token=pl4nt3d";
    }

  private:
    test::ScriptedServer server_;
};

class PlantedSecrets : public testing::Test {
  protected:
    std::string configuration(const std::string& environment, const std::string& controller) {
        const auto& app = environment == "staging" ? healthy : sick;
        const auto key = secrets.write("key", "pl4nt3d-fingerprint-key");
        const auto url =
            secrets.write(environment + ".url",
                          "redis://:pl4nt3d-" + std::string(environment == "staging" ? "redis" : "wrong") +
                              "@127.0.0.1:" + std::to_string(redis.port()) + "/0\n");
        return folder.write(environment + ".yaml",
                            "controller: " + controller + "\nenvironment: " + environment +
                                "\nservice: checkout\nwindow: 500ms\ntargets:\n  cache: {url: "
                                "\"file:" +
                                url +
                                "\", interval: 100ms, timeout: 1s}\ntask:\n  interval: 100ms\n"
                                "  inspect_interval: 200ms\n  variables:\n    key: file:" +
                                key +
                                "\n    required: [DB_PASSWORD, NOT_SET]\n"
                                "    must_match: [PLAIN, LONG, ODD]\n    secrets: [LICENCE]\n"
                                "  warmup: {health: \"" +
                                app.url("/health") + "\", ready: \"" + app.url("/ready") +
                                "\", interval: 1s, timeout: 1s, unhealthy_threshold: 1}\n");
    }

    test::TempDir secrets;  // what a person would keep in a vault
    test::TempDir folder;   // everything that the programs write
    Redis redis{secrets};
    App healthy{"200"};
    App sick{"503"};
};

TEST_F(PlantedSecrets, are_in_no_window_store_log_page_or_answer) {
    const test::ControllerProcess controller(folder);
    std::vector<std::unique_ptr<test::ChildProcess>> agents;
    std::vector<std::uint16_t> metrics;
    for (const std::string environment : {"staging", "production"}) {
        metrics.push_back(test::free_port());
        agents.push_back(std::make_unique<test::ChildProcess>(
            logged(command_of(environment, {"run", "--config", configuration(environment, controller.grpc()),
                                            "--output", folder.file(environment + ".jsonl"), "--emf",
                                            "--metrics", "127.0.0.1:" + std::to_string(metrics.back())}),
                   folder.file(environment + ".log"))));
    }
    const auto windows = [&](const std::string& environment) {
        const auto text = contents(folder.file(environment + ".jsonl"));
        return std::count(text.begin(), text.end(), '\n');
    };
    ASSERT_TRUE(eventually([&] { return windows("staging") >= 6 && windows("production") >= 6; }))
        << contents(folder.file("staging.log"));
    for (const auto port : metrics) {
        const auto page = test::http_get("127.0.0.1:" + std::to_string(port), "/metrics");
        EXPECT_THAT(page, HasSubstr("plumb")) << "or the search proves nothing";
        expect_clean("the agent's metrics", page);
    }
    for (const char* path : {"/metrics", "/readyz", "/healthz", "/"})
        expect_clean(path, test::http_get(controller.http(), path));
    std::string answers;
    const auto ask = [&](std::vector<std::string> words) {
        words.insert(words.end(), {"--controller", controller.grpc(), "--baseline", "staging", "--candidate",
                                   "production"});
        const auto done = test::plumbctl(words);
        answers += done.output + done.errors;
    };
    for (const char* format : {"text", "json", "markdown", "junit"})
        ask({"compare", "--explain", "--format", format});
    ask({"accept", "--all", "--reason", "r", "--expires", "30d"});
    answers += test::plumbctl({"fleet", "--controller", controller.grpc(), "--format", "json"}).output;
    EXPECT_THAT(answers, HasSubstr("NOT_SET")) << "what the variables say is judged";
    EXPECT_THAT(answers, HasSubstr("DB_PASSWORD")) << "equal in both";
    EXPECT_THAT(answers, HasSubstr("redis.wrongpass")) << "and a password refused";
    expect_clean("the answers of the gate", answers);
    for (auto& agent : agents)
        EXPECT_EQ(agent->stop(), 0);
    std::string seen;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
        if (!entry.is_regular_file() || entry.path().extension() == ".yaml") continue;
        const auto text = contents(entry.path().string());
        expect_clean(entry.path().filename().string(), text);
        seen += entry.path().filename().string() + " ";
        if (entry.path().extension() == ".jsonl") {
            EXPECT_THAT(text, HasSubstr("env.API_TOKEN.value")) << "fingerprints are told";
        }
    }
    EXPECT_THAT(seen, HasSubstr("plumb.db")) << "the store lies here";
    for (const std::string environment : {"staging", "production"})
        EXPECT_THAT(contents(folder.file(environment + ".log")), HasSubstr("{\"_aws\":"))
            << "metrics are here";
    EXPECT_THAT(contents(folder.file("production.jsonl")), HasSubstr("status 503"))
        << "and the health check was asked with its password and token";
}

TEST_F(PlantedSecrets, are_in_no_check_and_no_comparison_of_checks) {
    std::string everything;
    for (const std::string environment : {"staging", "production"}) {
        const auto config = configuration(environment, "127.0.0.1:1");
        for (const std::vector<std::string>& more : {std::vector<std::string>{},
                                                     {"--verbose"},
                                                     {"--format", "json"},
                                                     {"--format", "json", "--verbose"},
                                                     {"--repeat", "3"}}) {
            std::vector<std::string> words{"check", "--config", config};
            words.insert(words.end(), more.begin(), more.end());
            const auto done = test::run_command(command_of(environment, words));
            everything += done.output + done.errors;
            if (more == std::vector<std::string>{"--format", "json"})
                folder.write(environment + ".json", done.output);
        }
    }
    for (const char* format : {"text", "json", "markdown"}) {
        const auto done = test::plumbctl(
            {"diff", folder.file("staging.json"), folder.file("production.json"), "--format", format});
        everything += done.output + done.errors;
    }
    EXPECT_THAT(everything, HasSubstr("NOT_SET"));
    EXPECT_THAT(everything, HasSubstr("amqp URL"));
    EXPECT_EQ(leak_in(everything), "");
}

// What ECS says to an agent in a container of its own, beside the app's.
test::Script metadata(const std::string& app_id) {
    const std::string own = R"({"DockerId":"of-the-agent","Name":"plumb"})";
    const std::string app = R"({"DockerId":")" + app_id + R"(","Name":"checkout"})";
    const std::string task = R"({"Family":"checkout","Containers":[)" + app + "," + own + "]}";
    return [own, task](test::Connection& peer) {
        const bool of_task = peer.read_until("\r\n\r\n").starts_with("GET /v4/x/task HTTP");
        peer.write("HTTP/1.1 200 OK\r\n\r\n" + (of_task ? task : own));
    };
}

// A process of the app, in a control group of its own, as a container is; its variables are planted. The
// agent reads them out of /proc, as where a task shares its process namespace.
TEST_F(PlantedSecrets, of_another_container_are_in_no_check_and_no_window) {
    const test::CpuGroup container(100);
    if (!container.ready()) GTEST_SKIP() << "control groups need root";
    // By its own name it would be taken for a person's tool, not for an app.
    const auto program = folder.file("checkout");
    fs::copy_file("/bin/sleep", program);
    std::vector<std::string> command{"/usr/bin/env", "-i"};
    for (const auto& variable : planted_in("staging"))
        command.push_back(variable);
    command.insert(command.end(), {program, "1000"});
    test::ChildProcess app(logged(command, folder.file("app.log")));
    ASSERT_TRUE(container.take(app.pid()));
    const auto environ_of_app = "/proc/" + std::to_string(app.pid()) + "/environ";
    ASSERT_TRUE(eventually([&] { return contents(environ_of_app).starts_with("DB_PASSWORD="); }));
    const test::ScriptedServer platform(metadata(container.processes().parent_path().filename().string()));
    const auto config = secrets.write("agent.yaml", "task: {container: checkout, variables: {key: \"file:" +
                                                        secrets.write("key", "pl4nt3d-fingerprint-key") +
                                                        "\", must_match: [PLAIN], required: [NOT_SET]}}\n"
                                                        "targets: {cache: \"tcp://127.0.0.1:" +
                                                        std::to_string(redis.port()) + "\"}\n");
    for (const std::vector<std::string>& words : {std::vector<std::string>{"check", "--format", "json"},
                                                  {"check", "--verbose"},
                                                  {"run", "--once", "--output", "-"}}) {
        auto asked = words;
        asked.insert(asked.end(), {"--config", config});
        std::vector<std::string> agent{agent_path()};
        agent.insert(agent.end(), asked.begin(), asked.end());
        const auto done = test::run_command(
            agent,
            {"ECS_CONTAINER_METADATA_URI_V4=http://127.0.0.1:" + std::to_string(platform.port()) + "/v4/x"});
        EXPECT_THAT(done.output, HasSubstr("container checkout, through its process")) << done.errors;
        EXPECT_THAT(done.output, HasSubstr("env.API_TOKEN.value"));
        EXPECT_THAT(done.output, HasSubstr("NOT_SET"));
        expect_clean(testing::PrintToString(words), done.output + done.errors);
    }
}

// Nothing at all is written for what the limit forbids. A pattern that pipes into a program asks no limit;
// for that the agent may not be dumped, which a sanitizer's build leaves out: scripts/check-static.sh looks
// at it.
TEST_F(PlantedSecrets, are_in_no_core_file) {
    const auto config = configuration("staging", "127.0.0.1:1");
    auto command = command_of("staging", {"run", "--config", config, "--output", folder.file("windows")});
    command.insert(command.begin(), {"/bin/sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh"});
    auto spec = logged(command, folder.file("log"));
    spec.directory = folder.path().string();
    test::ChildProcess agent(spec);
    ASSERT_TRUE(eventually([&] { return !contents(folder.file("windows")).empty() || !agent.running(); }));
    ASSERT_TRUE(agent.running()) << contents(folder.file("log"));
    EXPECT_THAT(contents("/proc/" + std::to_string(agent.pid()) + "/limits"),
                testing::ContainsRegex("Max core file size +0 +0 "));
    agent.signal(SIGQUIT);
    EXPECT_TRUE(agent.wait(std::chrono::seconds(20)).has_value());
    for (const auto& entry : fs::directory_iterator(folder.path()))
        EXPECT_EQ(entry.path().filename().string().find("core"), std::string::npos) << entry.path();
}

}  // namespace
}  // namespace plumb
