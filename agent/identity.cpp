#include "agent/identity.hpp"

#include "base/text.hpp"
#include "probes/net/dial.hpp"

#include <array>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxMetadata = 512 << 10;

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(json::string_view(key.data(), key.size()));
    if (value == nullptr || !value->is_string()) return {};
    const auto& text = value->get_string();
    return sanitize(std::string_view(text.data(), text.size()), kMaxLabelBytes);
}

// The subnet of the first network of the first container: with awsvpc all containers share it.
std::string subnet_of(const json::object& task) {
    const auto* containers = task.if_contains("Containers");
    if (containers == nullptr || !containers->is_array()) return {};
    for (const auto& container : containers->get_array()) {
        const auto* networks =
            container.is_object() ? container.get_object().if_contains("Networks") : nullptr;
        if (networks == nullptr || !networks->is_array()) continue;
        for (const auto& network : networks->get_array()) {
            if (!network.is_object()) continue;
            if (auto block = text_at(network.get_object(), "IPv4SubnetCIDRBlock"); !block.empty())
                return block;
        }
    }
    return {};
}

std::string last_segment(const std::string& arn) {
    return arn.substr(arn.rfind('/') + 1);
}

std::string host_name() {
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "unknown";
    return sanitize(buffer.data(), kMaxLabelBytes);
}

// The body of an answer to an HTTP/1.0 request, or nothing when it is not 200.
std::string body_of(std::string_view answer) {
    const auto line = answer.substr(0, answer.find("\r\n"));
    const auto end = answer.find("\r\n\r\n");
    if (!line.starts_with("HTTP/1.") || line.find(" 200") == std::string_view::npos ||
        end == std::string_view::npos) {
        return {};
    }
    return std::string(answer.substr(end + 4));
}

// GET over HTTP/1.0, which ends with the connection and is never chunked.
boost::asio::awaitable<std::string> get(Services& services, const Url& url, Clock::time_point deadline) {
    Run run(deadline, 0);
    const std::uint16_t port = url.port == 0 ? 80 : url.port;
    auto stream = co_await net::dial(run, services, url.host, port);
    if (!stream) co_return "";
    const auto request = fmt::format("GET {}/task HTTP/1.0\r\nHost: {}\r\nAccept: application/json\r\n\r\n",
                                     url.path, url.host);
    const auto sent = co_await stream->write(request, deadline);
    if (!sent) co_return "";
    std::string answer;
    std::array<char, 8192> buffer{};
    while (answer.size() < kMaxMetadata) {
        const auto read = co_await stream->read_some(buffer, deadline);
        if (!read) co_return "";
        if (*read == 0) break;
        answer.append(buffer.data(), *read);
    }
    co_return body_of(answer);
}

}  // namespace

Identity parse_task_metadata(std::string_view text) {
    Identity identity;
    boost::system::error_code error;
    const auto root = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !root.is_object()) return identity;
    const auto& task = root.get_object();
    const auto put = [&](const std::string& label, const std::string& value) {
        if (value.empty()) return;
        identity.labels.emplace(label, value);
        identity.facts.emplace("ecs." + label, value);
    };
    put("task", last_segment(text_at(task, "TaskARN")));
    put("cluster", last_segment(text_at(task, "Cluster")));
    put("service", text_at(task, "ServiceName"));
    put("service", text_at(task, "Family"));  // a task that no service runs, or an older agent of ECS
    put("revision", text_at(task, "Revision"));
    put("zone", text_at(task, "AvailabilityZone"));
    put("subnet", subnet_of(task));
    if (auto family = text_at(task, "Family"); !family.empty()) identity.facts.emplace("ecs.family", family);
    if (auto launch = text_at(task, "LaunchType"); !launch.empty())
        identity.facts.emplace("ecs.launch_type", launch);
    return identity;
}

boost::asio::awaitable<Identity> identify(Services& services, Environment environment,
                                          std::chrono::nanoseconds limit) {
    Identity identity;
    if (const auto where = environment("ECS_CONTAINER_METADATA_URI_V4")) {
        const auto parsed = parse_url(*where);
        if (parsed && parsed->scheme == "http") {
            const Url& url = *parsed;
            const auto deadline = Clock::now() + limit;
            const auto body = co_await get(services, url, deadline);
            identity = parse_task_metadata(body);
        }
    }
    const auto host = host_name();
    identity.facts.emplace("hostname", host);
    identity.labels.emplace("task", host);
    co_return identity;
}

}  // namespace plumb::agent
