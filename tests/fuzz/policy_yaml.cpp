// controller/judge/policy_yaml: an app's policy file.
#include "controller/judge/policy/policy_yaml.hpp"

#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    using fuzz::require;
    const auto policy = judge::parse_policy(std::string(fuzz::Input(data, size).rest()), "policy.yaml");
    if (!policy) {
        const auto words = policy.error().message;
        require(!words.empty(), "a refusal says why");
        for (const auto line : split(words, '\n')) {
            fuzz::require_readable(line, 1024, "a complaint is bounded and readable");
            require(line.empty() || line.starts_with("policy.yaml:"), "a complaint names the file");
        }
        return 0;
    }
    for (const auto& entry : policy->accept) {
        require(!entry.dependency.empty() && !entry.subject.empty() && !entry.reason.empty(),
                "an acceptance says what and why");
        require(!entry.ratio || (*entry.ratio > 1 && *entry.ratio < 1000), "a ratio lies within its limits");
        require(entry.until != judge::Time::max(), "an acceptance ends");
    }
    for (const auto& [name, service] : policy->services)
        require(service.desired >= 0 && service.maximum_percent >= 100, "a service's size makes sense");
    return 0;
}
