#include "controller/ingest/hello.hpp"

#include "base/text.hpp"
#include "plumb/v1/report.pb.h"

#include <array>

#include <fmt/format.h>

namespace plumb::ingest {
namespace {

constexpr std::size_t kMaxLabelName = 64;

grpc::Status wrong(const std::string& message) {
    return {grpc::StatusCode::INVALID_ARGUMENT, message};
}

grpc::Status read_labels(const v1::Hello& hello, Labels& labels) {
    if (static_cast<std::size_t>(hello.labels_size()) > kMaxLabels) {
        return wrong(fmt::format("hello: {} labels; at most {} are taken", hello.labels_size(), kMaxLabels));
    }
    for (const auto& [name, value] : hello.labels()) {
        if (name.empty() || name.size() > kMaxLabelName || sanitize(name, kMaxLabelName) != name) {
            return wrong(fmt::format("hello: label '{}': a name has 1 to {} printable bytes",
                                     sanitize(name, 80), kMaxLabelName));
        }
        if (value.size() > kMaxLabelBytes) {
            return wrong(fmt::format("hello: label '{}': longer than {} bytes", name, kMaxLabelBytes));
        }
        labels.emplace(name, sanitize(value, kMaxLabelBytes));
    }
    // Without these two no comparison could select the task.
    for (const std::string_view needed : std::array<std::string_view, 2>{"environment", "service"}) {
        const auto found = labels.find(std::string(needed));
        if (found == labels.end() || found->second.empty()) {
            return wrong(fmt::format(
                "hello: the label '{0}' is missing; set `{0}:` in the agent's configuration", needed));
        }
    }
    return grpc::Status::OK;
}

}  // namespace

grpc::Status check_hello(const v1::Hello& hello, const std::optional<access::Grant>& grant,
                         Identity& identity) {
    if (hello.agent().empty() || hello.agent().size() > kMaxName) {
        return wrong(fmt::format("hello: agent: an instance id of 1 to {} bytes is needed", kMaxName));
    }
    identity.agent = sanitize(hello.agent(), kMaxName);
    identity.version = sanitize(hello.version(), kMaxName);
    if (auto status = read_labels(hello, identity.labels); !status.ok()) return status;
    for (const auto& dependency : hello.logs_in()) {
        if (dependency.empty() || dependency.size() > kMaxName) {
            return wrong(fmt::format("hello: logs_in: a dependency has a name of 1 to {} bytes", kMaxName));
        }
        identity.logs_in.insert(sanitize(dependency, kMaxName));
    }
    const std::string& environment = identity.labels.at("environment");
    if (grant && grant->environment != environment) {
        return {grpc::StatusCode::PERMISSION_DENIED,
                fmt::format("hello: this token reports for environment '{}', not '{}'", grant->environment,
                            environment)};
    }
    return grpc::Status::OK;
}

}  // namespace plumb::ingest
