// A platform that says who a task is: the documents of AWS's documentation, served over a real socket.
#pragma once

#include "probes/net/resolver.hpp"
#include "probes/task/identity/identity.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/temp_dir.hpp"

#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace plumb::test {

inline std::string recorded(const std::string& name) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    return read_whole(std::string(source != nullptr ? source : ".") + "/tests/data/ecs/" + name);
}

// Of "fargate" or "ec2", for an Endpoint whose URL ends in /v4/abc.
inline std::map<std::string, std::string> ecs(const std::string& kind) {
    return {{"GET /v4/abc", recorded(kind + "_container.json")},
            {"GET /v4/abc/task", recorded(kind + "_task.json")},
            {"GET /v4/abc/task/stats", recorded(kind + "_stats.json")}};
}

// The first place only; throws where there is none.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("not in the document: " + std::string(from));
    return text.replace(at, from.size(), to);
}

// Answers requests by method and path, and closes.
class Endpoint {
  public:
    explicit Endpoint(std::map<std::string, std::string> answers)
        : answers_(std::move(answers)), server_([this](Connection& peer) { serve(peer); }) {}

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    std::atomic<bool> silent{false};

  private:
    void serve(Connection& peer) {
        const auto request = peer.read_until("\r\n\r\n");
        if (silent) {
            peer.read_until("never");
            return;
        }
        const auto from = request.find(' ') + 1;
        const auto path = request.substr(0, from) + request.substr(from, request.find(' ', from) - from);
        const auto found = answers_.find(path);
        if (found == answers_.end()) {
            peer.write("HTTP/1.1 404 Not Found\r\n\r\nnope");
            return;
        }
        peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + found->second);
    }

    std::map<std::string, std::string> answers_;
    ScriptedServer server_;
};

// What a task asks with, and the variables that it has.
struct World {
    boost::asio::io_context io{1};
    std::unique_ptr<net::Resolver> resolver = *net::Resolver::make(io.get_executor(), {"127.0.0.1:53"});
    Services services{io.get_executor(), *resolver};
    std::map<std::string, std::string, std::less<>> variables;

    task::ReadVariable variable() {
        return [this](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
    }
    task::Identity identify(std::chrono::nanoseconds limit = std::chrono::seconds(5),
                            task::WhoAsks who = {}) {
        auto ask = [&]() -> boost::asio::awaitable<task::Identity> {
            auto read = variable();
            co_return co_await task::identify(services, std::move(read), std::move(who), limit);
        };
        return run_coroutine_test(io, ask());
    }
};

}  // namespace plumb::test
