// base/strict_yaml and agent/config: an agent's configuration file. `${SECRET}` is set, and no complaint may
// show it.
#include "agent/config/config.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

// No scheme and no host can hold it: what a file makes of a secret there, its author sees.
constexpr std::string_view kSecret = "hunter2!hunter2";

std::optional<std::string> variable(std::string_view name) {
    if (name == "SECRET") return std::string(kSecret);
    if (name == "URL") return "postgres://app:" + std::string(kSecret) + "@db:5432/x?pool_size=3";
    return std::nullopt;
}

std::optional<agent::SchemeFacts> scheme(std::string_view name) {
    if (name == "http" || name == "https") return agent::SchemeFacts{80, true, {}};
    if (name == "postgres") return agent::SchemeFacts{5432, false, {"sslmode"}};
    if (name == "tcp" || name == "redis") return agent::SchemeFacts{6379, false, {}};
    return std::nullopt;
}

// What a complaint may repeat: the file's own words. A secret that was typed into the file is the file's.
void check_complaint(const std::string& line, bool typed) {
    fuzz::require_readable(line, 4096, "a complaint is bounded and readable");
    require(line.starts_with("plumb.yaml:"), "a complaint names the file");
    require(typed || line.find(kSecret) == std::string::npos, "a complaint shows no secret");
}

void check_config(const agent::Config& config) {
    require(!config.targets.empty() && config.targets.size() <= agent::kMaxTargets,
            "there are targets, not too many");
    require(config.window >= std::chrono::milliseconds(100) && config.window <= std::chrono::hours(1),
            "a window keeps its limits");
    require(config.labels.size() <= kMaxLabels, "there are not too many labels");
    require(is_visible_ascii(config.token.reveal()), "a token can travel in a header");
    require(config.controller.empty() || !config.environment.empty(), "a controller knows the environment");
    for (const auto& target : config.targets) {
        require(agent::check_dependency_name(target.dependency).has_value(), "a target has a good name");
        const auto shown = target.url.redacted({});
        require(target.url.password.reveal() != kSecret || shown.find(kSecret) == std::string::npos,
                "a target's URL hides its password");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::Input(data, size).rest());
    // `file:` opens files; a fuzzer opens none, however the word is written.
    if (text.find("file") != std::string::npos || text.find('\\') != std::string::npos) return 0;
    yaml::Complaints complaints;
    complaints.file = "plumb.yaml";
    const auto config = agent::parse_config(text, variable, scheme, complaints);
    for (const auto& line : complaints.lines)
        check_complaint(line, text.find("hunter2") != std::string::npos);
    if (complaints.empty()) check_config(config);
    return 0;
}
