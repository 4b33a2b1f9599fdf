// Who may report and who may read: tokens and certificates, through real processes.
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/windows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::ControllerProcess;
using test::plumbctl;
using test::ReportClient;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kTokens = R"(tokens:
  - {token: "token-of-staging-agents", role: agent, environment: staging}
  - {token: "token-of-the-pipeline", role: reader}
)";

class TokensTest : public testing::Test {
  protected:
    test::TempDir folder;
    ControllerProcess controller{folder, {"--tokens", folder.write("tokens.yaml", kTokens)}};
    std::shared_ptr<grpc::Channel> channel = test::plain_channel(controller.grpc());
};

TEST_F(TokensTest, an_agent_reports_for_its_own_environment_only) {
    const auto staging = test::labels_of("staging");
    ReportClient own(channel, "token-of-staging-agents");
    own.hello("a", staging).send(test::window_of("a", 1, staging));
    EXPECT_THAT(own.acknowledged(1), ElementsAre(1));
    ReportClient other(channel, "token-of-staging-agents");
    other.hello("a", test::labels_of("production"));
    const auto status = other.status();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_THAT(status.error_message(), HasSubstr("'staging', not 'production'"));
}

TEST_F(TokensTest, without_a_token_or_with_the_wrong_one_nobody_reports) {
    EXPECT_EQ(ReportClient(channel).status().error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReportClient(channel, "token-of-nobody-at-all").status().error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReportClient(channel, "token-of-the-pipeline").status().error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(TokensTest, reading_takes_a_readers_token) {
    const auto fleet = [&](const std::vector<std::string>& environment) {
        return plumbctl({"fleet", "--controller", controller.grpc()}, environment);
    };
    EXPECT_EQ(fleet({"PLUMB_TOKEN=token-of-the-pipeline"}).exit_code, 0);
    const auto none = fleet({"PLUMB_TOKEN="});
    EXPECT_EQ(none.exit_code, 4);
    EXPECT_THAT(none.errors, HasSubstr("--token-file"));
    EXPECT_EQ(fleet({"PLUMB_TOKEN=token-of-staging-agents"}).exit_code, 4);
    const auto file = folder.write("token", "token-of-the-pipeline\n");
    EXPECT_EQ(plumbctl({"fleet", "--controller", controller.grpc(), "--token-file", file}, {"PLUMB_TOKEN="})
                  .exit_code,
              0);
}

TEST_F(TokensTest, no_token_is_ever_logged) {
    ReportClient(channel, "token-of-staging-agents").hello("a", test::labels_of("production")).status();
    ReportClient(channel, "token-of-nobody-at-all").status();
    EXPECT_EQ(controller.process().stop(), 0);
    EXPECT_THAT(controller.output(), Not(HasSubstr("token-of")));
}

TEST(Tls, both_sides_can_prove_who_they_are) {
    const test::TempDir folder;
    const test::Authority authority;
    const test::Authority stranger("A Stranger");
    const auto server = authority.issue();
    const auto client = authority.issue();
    const auto ca = folder.write("ca.pem", authority.certificate());
    ControllerProcess controller(folder,
                                 {"--tls-cert", folder.write("server.pem", server.certificate), "--tls-key",
                                  folder.write("server.key", server.key), "--client-ca", ca});
    const auto cert = folder.write("client.pem", client.certificate);
    const auto key = folder.write("client.key", client.key);
    const auto fleet = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"fleet", "--controller", controller.grpc(), "--timeout", "10s"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return plumbctl(arguments).exit_code;
    };
    EXPECT_EQ(fleet({"--tls-ca", ca, "--tls-cert", cert, "--tls-key", key}), 0);
    EXPECT_EQ(fleet({"--tls-ca", ca}), 4) << "a client certificate is required";
    EXPECT_EQ(fleet({"--tls-ca", folder.write("other.pem", stranger.certificate()), "--tls-cert", cert,
                     "--tls-key", key}),
              4)
        << "another authority did not sign the controller's certificate";
    EXPECT_EQ(fleet({}), 4) << "plaintext to a TLS port";
}

}  // namespace
}  // namespace plumb
