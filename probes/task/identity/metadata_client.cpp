#include "probes/task/identity/metadata_client.hpp"

#include "probes/net/dial.hpp"

#include <array>

#include <fmt/format.h>

namespace plumb::task {
namespace {

// The body of the answer, or nothing when it is not 200.
std::string body_of(std::string_view answer) {
    const auto line = answer.substr(0, answer.find("\r\n"));
    const auto end = answer.find("\r\n\r\n");
    if (!line.starts_with("HTTP/1.") || line.find(" 200") == std::string_view::npos ||
        end == std::string_view::npos)
        return {};
    return std::string(answer.substr(end + 4));
}

std::string head_of(const MetadataRequest& request) {
    auto head = fmt::format("{} {}{} HTTP/1.0\r\nHost: {}\r\nAccept: */*\r\n", request.method,
                            request.url.path, request.path, request.url.host);
    for (const auto& [name, value] : request.headers)
        head += fmt::format("{}: {}\r\n", name, value);
    return head + "\r\n";
}

}  // namespace

boost::asio::awaitable<std::string> ask_metadata(Services& services, const MetadataRequest& request,
                                                 Clock::time_point deadline) {
    Run run(deadline, 0);
    const std::uint16_t port = request.url.port == 0 ? 80 : request.url.port;
    auto stream = co_await net::dial(run, services, request.url.host, port);
    if (!stream) co_return "";
    const auto head = head_of(request);
    const auto sent = co_await stream->write(head, deadline);
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

}  // namespace plumb::task
