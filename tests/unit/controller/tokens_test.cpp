#include "controller/access/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::access {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kFile = R"(tokens:
  - {token: "staging-agents-0001", role: agent, environment: staging}
  - {token: "readers-of-ci-00001", role: reader}
)";

TEST(Tokens, a_token_has_its_role_and_environment) {
    const auto tokens = Tokens::parse(kFile, "tokens.yaml");
    ASSERT_TRUE(tokens) << tokens.error().message;
    const auto agent = tokens->find("staging-agents-0001");
    ASSERT_TRUE(agent);
    EXPECT_EQ(agent->role, Role::agent);
    EXPECT_EQ(agent->environment, "staging");
    EXPECT_EQ(tokens->find("readers-of-ci-00001")->role, Role::reader);
}

TEST(Tokens, anything_else_is_nobody) {
    const auto tokens = Tokens::parse(kFile, "tokens.yaml");
    ASSERT_TRUE(tokens);
    for (const char* other : {"", "staging-agents-000", "staging-agents-00011", "STAGING-AGENTS-0001"}) {
        EXPECT_FALSE(tokens->find(other)) << other;
    }
}

TEST(Tokens, a_wrong_file_is_refused_without_showing_a_token) {
    for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
             {"{}", "tokens"},
             {"tokens: []", "tokens"},
             {"tokens: [{token: short, role: reader}]", "16 characters"},
             {"tokens: [{role: reader}]", "token is missing"},
             {"tokens: [{token: secret-secret-secret, role: admin}]", "agent, reader"},
             {"tokens: [{token: secret-secret-secret, role: agent}]", "environment"},
             {"tokens: [{token: secret-secret-secret, role: reader, environment: x}]", "every environment"},
             {"tokens: [{token: \"secret-secret secret\", role: reader}]", "could not travel"},
             {"tokens: [{token: secret-secret-sécret, role: reader}]", "could not travel"},
             {"tokens: [{token: secret-secret-secret, role: reader},"
              "{token: secret-secret-secret, role: agent, environment: x}]",
              "stands twice"},
             {"tokens: [{token: secret-secret-secret, roles: reader}]", "roles"}}) {
        const auto tokens = Tokens::parse(text, "tokens.yaml");
        ASSERT_FALSE(tokens) << text;
        EXPECT_THAT(tokens.error().message, HasSubstr("tokens.yaml:1"));
        EXPECT_THAT(tokens.error().message, HasSubstr(says));
        EXPECT_THAT(tokens.error().message, Not(HasSubstr("secret-secret")));
    }
}

}  // namespace
}  // namespace plumb::access
