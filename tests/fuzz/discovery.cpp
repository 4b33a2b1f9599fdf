// agent/discovery: the environment of somebody's app, one variable a line ("DATABASE_URL=postgres://…").
#include "agent/discovery.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

constexpr std::string_view kSecret = "hunter2hunter2";

std::optional<agent::SchemeFacts> scheme(std::string_view name) {
    if (name == "http" || name == "https") return agent::SchemeFacts{80, true, {}};
    if (name == "postgres" || name == "postgresql") return agent::SchemeFacts{5432, false, {"sslmode"}};
    if (name == "redis") return agent::SchemeFacts{6379, false, {"db"}};
    if (name == "tcp") return agent::SchemeFacts{0, false, {}};
    return std::nullopt;
}

void check(const agent::Discovered& found, bool secret_is_a_password) {
    require(found.targets.size() <= agent::kMaxTargets, "there are not too many targets");
    for (const auto& target : found.targets) {
        require(agent::check_dependency_name(target.dependency).has_value(), "a target has a good name");
        fuzz::require_readable(target.url.redacted({}), kMaxUrlBytes, "a target can be shown");
        if (scheme(target.url.scheme) && scheme(target.url.scheme)->sends_requests)
            require(target.connect_only && target.url.path.empty() && target.url.query.empty(),
                    "nothing is sent to a stranger's URL");
        if (secret_is_a_password)
            require(target.note.find(kSecret) == std::string::npos, "a note shows no secret");
    }
    for (const auto& warning : found.warnings) {
        fuzz::require_readable(warning, 1024, "a warning is bounded and readable");
        if (secret_is_a_password)
            require(warning.find(kSecret) == std::string::npos, "a warning shows no secret");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    agent::EnvironmentPairs environment;
    bool good = true;
    while (!input.empty()) {
        const auto line = input.take_until('\n');
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        environment.emplace_back(line.substr(0, equals), line.substr(equals + 1));
        good = good && line.find("hunter2") == std::string_view::npos;
    }
    check(agent::discover(environment, scheme), false);
    if (!good || environment.empty()) return 0;
    // The same, with a password in the first value that may be a URL.
    auto& value = environment.front().second;
    if (const auto at = value.find("://"); at != std::string::npos)
        value.insert(at + 3, "app:" + std::string(kSecret) + "@");
    check(agent::discover(environment, scheme), true);
    return 0;
}
