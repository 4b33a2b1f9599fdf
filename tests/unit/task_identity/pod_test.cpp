#include "probes/task/identity/identity.hpp"

#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(PodIdentity, the_downward_api_tells_who_it_is) {
    const std::map<std::string, std::string, std::less<>> variables{
        {"POD_NAME", "checkout-7d4b9-x2x7p"}, {"POD_NAMESPACE", "shop"}, {"NODE_NAME", "node-3"}};
    const auto variable = [&](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    const auto identity = identity_of_pod(variable,
                                          "app=\"checkout\"\npod-template-hash=\"7d4b9\"\nodd\nx=\"\n"
                                          "topology.kubernetes.io/zone=\"eu-west-1a\"\n");
    EXPECT_THAT(identity.labels, UnorderedElementsAre(Pair("task", "checkout-7d4b9-x2x7p"),
                                                      Pair("host", "node-3"), Pair("service", "checkout"),
                                                      Pair("revision", "7d4b9"), Pair("zone", "eu-west-1a")));
    EXPECT_THAT(identity.facts,
                ::testing::Contains(Fact{"kubernetes.namespace", FactClass::informational, "shop"}));
    EXPECT_TRUE(identity.complete);
}

TEST(PodIdentity, without_the_downward_api_the_platform_is_all_there_is) {
    const auto identity = identity_of_pod([](std::string_view) { return std::optional<std::string>(); }, "");
    EXPECT_THAT(identity.labels, ::testing::IsEmpty());
    EXPECT_THAT(identity.facts,
                ::testing::ElementsAre(Fact{"task.platform", FactClass::must_match, "Kubernetes"}));
}

}  // namespace
}  // namespace plumb::task
