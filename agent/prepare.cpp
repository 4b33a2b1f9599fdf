#include "agent/prepare.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace plumb::agent {

Result<Prepared> prepare(const TargetSpec& spec, std::chrono::nanoseconds default_timeout,
                         Services& services) {
    Target target;
    target.dependency = spec.dependency;
    target.url = spec.url;
    target.timeout = spec.timeout.value_or(default_timeout);
    target.limits = spec.limits;
    target.connect_only = spec.connect_only;
    target.note = spec.note;
    auto made = Prepared::make(std::move(target), services);
    if (!made) return Error{fmt::format("{}: {}", spec.origin, made.error().message)};
    if (spec.login_interval && !made->kind().logs_in) {
        return Error{fmt::format("{}: login_interval: {} does not log in; its runs come every `interval`",
                                 spec.origin, made->kind().name)};
    }
    return made;
}

SchemeLookup registry_lookup() {
    return [](std::string_view scheme) -> std::optional<SchemeFacts> {
        const auto match = find_scheme(scheme);
        if (!match) return std::nullopt;
        SchemeFacts facts;
        facts.default_port = match->default_port;
        facts.sends_requests = match->kind->sends_requests;
        for (const auto& option : match->kind->options)
            facts.known_options.push_back(option.name);
        return facts;
    };
}

Config load_config(const std::string& path, yaml::Complaints& complaints) {
    complaints.file = show_words(path, 512);
    const auto text = read_file(path);
    if (!text) {
        complaints.lines.push_back(text.error().message);
        return {};
    }
    return parse_config(*text, process_environment(), registry_lookup(), complaints);
}

std::vector<Prepared> prepare_all(const Config& config, std::chrono::nanoseconds default_timeout,
                                  Services& services, yaml::Complaints& complaints) {
    std::vector<Prepared> ready;
    ready.reserve(config.targets.size());
    for (const auto& spec : config.targets) {
        auto made = prepare(spec, default_timeout, services);
        if (made) {
            ready.push_back(*std::move(made));
        } else {
            complaints.add(spec.line, made.error().message);
        }
    }
    return ready;
}

}  // namespace plumb::agent
