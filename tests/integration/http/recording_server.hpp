// A scripted HTTP server that keeps the requests it was sent and answers each with what the test wants.
#pragma once

#include "tests/support/servers.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace plumb::test {

class RecordingServer {
  public:
    using Answer = std::function<std::string(const std::string& request)>;

    explicit RecordingServer(Answer answer)
        : answer_(std::move(answer)), server_([this](Connection& connection) { serve(connection); }) {}

    std::uint16_t port() const { return server_.port(); }
    int accepted() const { return server_.accepted(); }
    std::string url(const std::string& rest = "/") const {
        return "http://127.0.0.1:" + std::to_string(port()) + rest;
    }
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

  private:
    void serve(Connection& connection) {
        for (;;) {
            std::string request = connection.read_until("\r\n\r\n");
            if (!request.ends_with("\r\n\r\n")) return;
            const auto length = request.find("Content-Length: ");
            if (length != std::string::npos)
                request += connection.read_exactly(std::stoul(request.substr(length + 16)));
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            if (!connection.write(answer_(request))) return;
        }
    }

    Answer answer_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    ScriptedServer server_;
};

inline std::string plain_answer(const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}
inline std::string redirect_to(const std::string& location, int status = 302) {
    return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nContent-Length: 0\r\nLocation: " + location +
           "\r\n\r\n";
}

}  // namespace plumb::test
