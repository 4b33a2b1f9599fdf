// Staging and production as a person compares them without a controller: in each a bare root and a network of
// its own, in which the real `check` is saved; then `plumbctl diff` of the two files.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/listener.hpp"
#include "tests/integration/controller/controller_process.hpp"
#include "tests/link/namespaces.hpp"
#include "tests/support/bare_root.hpp"
#include "tests/support/certificates.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::BareRoot;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// What the two may have differently. By itself a task is of staging; each environment has its own secret.
struct TaskPlan {
    std::vector<std::string> variables{"STRIPE_KEY=a-key-of-staging", "LOG_LEVEL=info"};
    std::string openssl = "3.0.11-1";
    std::string authorities;  // PEM
    std::string backlog;      // of its kernel; "" leaves what a new network has
    rlim_t descriptors = 1024;
};

std::string stanza(const std::string& package, const std::string& version) {
    return "Package: " + package +
           "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n";
}

void write_image(const BareRoot& root, const TaskPlan& plan) {
    root.write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    root.write("var/lib/dpkg/status", stanza("curl", "7.88.1-10") + stanza("openssl", plan.openssl));
    root.write("etc/ssl/certs/ca-certificates.crt", plan.authorities);
    root.write("fingerprint", "a-key-of-both-environments");
    root.write("plumb.yaml",
               "targets: {cache: \"${CACHE_URL}\"}\n"
               "task: {variables: {key: \"file:/fingerprint\", required: [STRIPE_KEY]}}\n");
}

// For the network that the calling thread is in.
void set_backlog(const std::string& backlog) {
    std::ofstream out("/proc/sys/net/core/somaxconn");
    out << backlog << std::flush;
    ASSERT_TRUE(out.good());
}

// What `check` prints in such a task.
std::string check_of(const TaskPlan& plan) {
    const link::Namespace network;
    const link::Inside inside(network);
    if (!plan.backlog.empty()) set_backlog(plan.backlog);
    const agent::test::Listener cache;
    const BareRoot root(agent::test::agent_path());
    write_image(root, plan);
    test::BareRun run;
    run.arguments = {"check", "--config", "/plumb.yaml", "--format", "json"};
    run.environment = plan.variables;
    run.environment.push_back("CACHE_URL=tcp://" + agent::test::place(cache.port()));
    // A sanitizer's leak check wants to attach to its own process, which nobody may here.
    run.environment.push_back("ASAN_OPTIONS=detect_leaks=0");
    run.descriptors = plan.descriptors;
    const auto done = root.run(run);
    EXPECT_EQ(done.exit_code, 0) << done.output;
    return done.output;
}

std::vector<std::string> lines_that_begin(const std::string& text, const std::vector<std::string>& with) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (std::any_of(with.begin(), with.end(), [&](const auto& word) { return line.starts_with(word); }))
            out.push_back(line);
    }
    return out;
}

// The headings of the findings, in the order of the page.
std::vector<std::string> found(const std::string& page) {
    return lines_that_begin(page, {"critical  ", "warning  "});
}

std::vector<std::string> accepted(const std::string& page) {
    return lines_that_begin(page, {"accepted "});
}

std::string accepting(const std::vector<std::string>& subjects) {
    std::string policy = "accept:\n";
    for (const auto& subject : subjects)
        policy += "  - {dependency: task, subject: \"" + subject +
                  "\", reason: \"so it is meant\", owner: platform, until: 2200-01-01}\n";
    return policy;
}

const std::vector<std::string> kFive{"fact:env.STRIPE_KEY", "fact:image.ca_bundle", "fact:image.packages",
                                     "fact:kernel.somaxconn", "fact:task.descriptor_limit"};

class TwoEnvironments : public testing::Test {
  protected:
    void SetUp() override {
        if (!BareRoot::possible()) GTEST_SKIP() << "mount, process and network namespaces need root";
        staging_.authorities = usual_.certificate() + company_.certificate();
        save("staging.json", staging_);
    }
    // The same task in the other environment: another secret, and everything else as it is.
    TaskPlan equal() const {
        auto plan = staging_;
        plan.variables[0] = "STRIPE_KEY=a-key-of-production";
        return plan;
    }
    // A required variable, a package, an authority, a setting of the kernel and a limit.
    TaskPlan with_five_differences() const {
        auto plan = equal();
        plan.variables.erase(plan.variables.begin());
        plan.openssl = "3.0.13-1";
        plan.authorities += proxy_.certificate();
        plan.backlog = "128";
        plan.descriptors = 256;
        return plan;
    }
    void save(const std::string& name, const TaskPlan& plan) { folder_.write(name, check_of(plan)); }
    test::Finished diff(std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"diff", folder_.file("staging.json"), folder_.file("production.json")});
        return test::plumbctl(more);
    }
    test::Finished diff_accepting(const std::vector<std::string>& subjects) const {
        return diff({"--policy", folder_.write("policy.yaml", accepting(subjects))});
    }

  private:
    test::Authority usual_{"Usual Root"};
    test::Authority company_{"Company Root"};
    test::Authority proxy_{"Proxy Root"};
    TaskPlan staging_;
    test::TempDir folder_;
};

TEST_F(TwoEnvironments, equal_ones_differ_in_nothing) {
    save("production.json", equal());
    const auto done = diff();
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_EQ(done.output + done.errors, "");
}

TEST_F(TwoEnvironments, five_differences_are_five_findings_and_the_critical_ones_come_first) {
    save("production.json", with_five_differences());
    const auto done = diff();
    EXPECT_EQ(done.exit_code, 1) << done.errors;
    EXPECT_THAT(found(done.output), ElementsAre("critical  task  task  fact:env.STRIPE_KEY",
                                                "critical  task  task  fact:image.ca_bundle",
                                                "critical  task  task  fact:image.packages",
                                                "critical  task  task  fact:kernel.somaxconn",
                                                "warning  task  task  fact:task.descriptor_limit"))
        << done.output;
    EXPECT_THAT(done.output, HasSubstr("with openssl 3.0.13-1"));
    EXPECT_THAT(done.output, HasSubstr("Proxy Root"));
    EXPECT_THAT(done.output, HasSubstr("128\n"));
    EXPECT_THAT(done.output, HasSubstr("256, lower than the other"));
    EXPECT_THAT(done.output, HasSubstr("\n5 differences, 4 critical\n"));
}

TEST_F(TwoEnvironments, what_the_policy_accepts_is_a_line_each_and_stops_nobody) {
    save("production.json", with_five_differences());
    const auto all = diff_accepting(kFive);
    EXPECT_EQ(all.exit_code, 0) << all.errors;
    EXPECT_THAT(found(all.output), IsEmpty()) << all.output;
    EXPECT_THAT(accepted(all.output), SizeIs(5)) << all.output;
    for (const auto& subject : kFive)
        EXPECT_THAT(accepted(all.output),
                    Contains(HasSubstr("task  " + subject + ": so it is meant (platform)")));

    const auto one = diff_accepting({"fact:kernel.somaxconn"});
    EXPECT_EQ(one.exit_code, 1) << one.errors;
    EXPECT_THAT(found(one.output), SizeIs(4)) << one.output;
    EXPECT_THAT(found(one.output), Not(Contains(HasSubstr("somaxconn"))));
    EXPECT_THAT(accepted(one.output), ElementsAre(HasSubstr("fact:kernel.somaxconn")));
}

}  // namespace
}  // namespace plumb
