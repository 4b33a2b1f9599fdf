// The worst that image and variables may bring, in one outcome.
#include "probes/task/fact_room.hpp"

#include "probes/task/image/describe.hpp"
#include "probes/task/image/digest.hpp"
#include "probes/task/variables/variables.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

image::ImageEvidence huge_image() {
    image::ImageEvidence image;
    image.os = image::OsRelease{"debian", "12", "Debian GNU/Linux 12 (bookworm)"};
    image.libc = "glibc 2.36";
    image.openssl = "3.0.17";
    image.openssl_config = image::OpensslChoices{};
    image.openssl_config->min_protocol = "TLSv1.2";
    image.timezone = "UTC";
    image.locale = "C.UTF-8";
    image.nsswitch_hosts = "files dns";
    image.resolver.emplace();
    image.hosts.emplace();
    image.extra_authorities = {{"NODE_EXTRA_CA_CERTS", "2 authorities, 1a2b3c4d"}};
    image.packages.emplace();
    image.packages->manager = "dpkg";
    image.ca_bundle.emplace();
    image.ca_bundle->path = "/etc/ssl/cert.pem";
    for (int i = 0; i < 5000; ++i) {
        const auto text = image::hex(image::sha256(std::to_string(i)));
        image.packages->items.push_back(text + " 1.2.3");
        image.ca_bundle->authorities.certificates.push_back({image::sha256(text), text, {}});
    }
    return image;
}

image::KernelEvidence whole_kernel() {
    image::KernelEvidence kernel;
    kernel.release = "6.1.102";
    for (const auto& setting : image::kKernelSettings)
        kernel.settings.emplace_back(&setting, "1");
    return kernel;
}

void describe_variables_of_all_kinds(Outcome& outcome) {
    VariableSettings settings;
    settings.key = Secret("0123456789abcdef0123456789abcdef");
    settings.required = {"NOT_THERE"};
    settings.must_match = {"V00*"};
    std::vector<Variable> variables;
    for (int i = 0; i < 1000; ++i) {
        variables.push_back({fmt::format("V{:03}_TOPIC", i),
                             Secret(fmt::format("arn:aws:sns:eu-west-1:123456789012:{}", i))});
    }
    describe_variables(variables, settings, {}, outcome);
}

TEST(FactRoom, the_worst_of_image_and_variables_loses_nothing_that_is_compared) {
    Outcome image;
    image::describe_kernel(whole_kernel(), image);
    image::describe_image(huge_image(), 0, image);
    Outcome variables;
    describe_variables_of_all_kinds(variables);

    Outcome together;
    image::describe_kernel(whole_kernel(), together);
    image::describe_image(huge_image(), 0, together);
    describe_variables_of_all_kinds(together);
    EXPECT_LT(together.facts.size() + kRoomOfOthers, kMaxFacts);
    for (const auto* alone : {&image, &variables}) {
        for (const auto& fact : alone->facts) {
            const auto* found = together.find_fact(fact.name);
            ASSERT_NE(found, nullptr) << fact.name;
            EXPECT_EQ(*found, fact);
        }
    }
    for (const auto* name : {"image.packages", "image.ca_bundle", "image.extra_ca", "env.NOT_THERE",
                             "env.V190_TOPIC", "task.other_variables", "task.other_values"})
        EXPECT_NE(together.find_fact(name), nullptr) << name;
}

}  // namespace
}  // namespace plumb::task
