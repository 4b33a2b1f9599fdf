#include "agent/health.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

using Local = boost::asio::local::stream_protocol;

constexpr std::string_view kAnswer = "alive\n";

// "plumb-agent-health/4026531836/"; the number tells the PID namespace.
std::string name_prefix() {
    char link[64] = {};
    const auto length = ::readlink("/proc/self/ns/pid", link, sizeof link - 1);
    std::string inode;
    for (const char c : std::string_view(link, length > 0 ? static_cast<std::size_t>(length) : 0)) {
        if (c >= '0' && c <= '9') inode += c;
    }
    return fmt::format("plumb-agent-health/{}/", inode.empty() ? "0" : inode);
}

bool answers(const std::string& name) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    timeval limit{};
    limit.tv_sec = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const std::string abstract = std::string(1, '\0') + name;
    const Local::endpoint endpoint(abstract);
    bool alive = ::connect(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
    if (alive) {
        char byte = 0;
        alive = ::recv(fd, &byte, 1, 0) == 1 && byte == kAnswer.front();
    }
    ::close(fd);
    return alive;
}

}  // namespace

std::vector<std::string> health_sockets(std::string_view proc_net_unix, std::string_view prefix) {
    constexpr std::size_t kMost = 64;
    std::vector<std::string> names;
    for (const auto line : split(proc_net_unix, '\n')) {
        const auto at = line.rfind(" @");
        if (at == std::string_view::npos) continue;
        const auto name = line.substr(at + 2);
        if (!name.starts_with(prefix) || names.size() == kMost) continue;
        // A listening socket and those it accepted have the same name.
        if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
    }
    return names;
}

int ask_health(const HealthOptions& options) {
    const auto prefix = name_prefix();
    std::vector<std::string> names;
    if (options.pid) {
        names.push_back(prefix + std::to_string(*options.pid));
    } else {
        std::ifstream file("/proc/net/unix");
        std::ostringstream text;
        text << file.rdbuf();
        names = health_sockets(text.str(), prefix);
    }
    if (names.empty()) {
        std::fputs(
            "plumb-agent health: no agent runs in this container; start one with `plumb-agent run --config "
            "F`\n",
            stderr);
        return kFailed;
    }
    for (const auto& name : names) {
        if (answers(name)) continue;
        fmt::print(stderr, "plumb-agent health: the agent with process id {} does not answer\n",
                   name.substr(name.rfind('/') + 1));
        return kFailed;
    }
    fmt::print("ok: {} {}\n", names.size(), names.size() == 1 ? "agent answers" : "agents answer");
    return kOk;
}

struct HealthListener::Impl : std::enable_shared_from_this<Impl> {
    explicit Impl(const boost::asio::any_io_executor& executor) : acceptor(executor) {}

    void listen() {
        const std::string name = std::string(1, '\0') + name_prefix() + std::to_string(::getpid());
        acceptor.open();
        acceptor.bind(Local::endpoint(name));
        acceptor.listen(8);
        acceptor.non_blocking(true);
    }

    void next() {
        acceptor.async_accept(
            [self = shared_from_this()](const boost::system::error_code& error, Local::socket peer) {
                if (error) return;
                // A few bytes always fit into the buffer of a fresh socket: nothing to wait for.
                boost::system::error_code ignored;
                peer.non_blocking(true, ignored);
                peer.write_some(boost::asio::buffer(kAnswer), ignored);
                self->next();
            });
    }

    Local::acceptor acceptor;
};

HealthListener::HealthListener(const boost::asio::any_io_executor& executor, Log& log)
    : impl_(std::make_shared<Impl>(executor)) {
    try {
        impl_->listen();
        impl_->next();
    } catch (const boost::system::system_error& error) {
        log.line(fmt::format("`plumb-agent health` will find no answer here: {}", error.code().message()));
    }
}

HealthListener::~HealthListener() {
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
}

}  // namespace plumb::agent
