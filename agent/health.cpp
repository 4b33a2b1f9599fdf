#include "agent/health.hpp"

#include "agent/health_names.hpp"
#include "agent/streams.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

using Local = boost::asio::local::stream_protocol;

constexpr std::string_view kAnswer = "alive\n";

std::string name_prefix() {
    char link[64] = {};
    const auto length = ::readlink("/proc/self/ns/pid", link, sizeof link - 1);
    return health_prefix({link, length > 0 ? static_cast<std::size_t>(length) : 0});
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

// Also one that this user may not look at under /proc.
bool lives(int pid) {
    return ::kill(pid, 0) == 0 || errno == EPERM;
}

// Who listens under the prefix and lives: a process of another container may take such a name, but there is
// no process of its number here. The file is as long as the host has sockets: it is read in pieces.
std::vector<int> listeners(const std::string& prefix) {
    constexpr std::size_t kPiece = 65536;
    std::vector<int> pids;
    const int fd = ::open("/proc/net/unix", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return pids;
    std::string text;
    std::string piece(kPiece, '\0');
    for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;) {
        text.append(piece, 0, static_cast<std::size_t>(got));
        const auto lines = text.rfind('\n') + 1;  // 0 without one
        add_health_pids(std::string_view(text).substr(0, lines), prefix, lives, pids);
        text.erase(0, lines);
        if (text.size() > kPiece) text.clear();  // no line is so long
    }
    ::close(fd);
    std::sort(pids.begin(), pids.end());
    return pids;
}

}  // namespace

int ask_health(const HealthOptions& options) {
    const auto prefix = name_prefix();
    auto pids = listeners(prefix);
    if (options.pid) std::erase_if(pids, [&](int pid) { return pid != *options.pid; });
    if (pids.empty() && options.pid) {
        tell(fmt::format("plumb-agent health: no agent has process id {}", *options.pid));
        return kFailed;
    }
    if (pids.empty()) {
        tell(
            "plumb-agent health: no agent runs in this container; start one with `plumb-agent run --config "
            "F`");
        return kFailed;
    }
    for (const int pid : pids) {
        if (answers(prefix + std::to_string(pid))) continue;
        tell(fmt::format("plumb-agent health: the agent with process id {} does not answer", pid));
        return kFailed;
    }
    // Whoever asks goes by the exit code: an answer that nobody reads is healthy all the same.
    print(fmt::format("ok: {} {}\n", pids.size(), pids.size() == 1 ? "agent answers" : "agents answer"));
    return kOk;
}

struct HealthListener::Impl : std::enable_shared_from_this<Impl> {
    explicit Impl(const boost::asio::any_io_executor& executor) : acceptor(executor), timer(executor) {}

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
                if (!self->acceptor.is_open()) return;
                if (error) return self->pause();
                // A few bytes always fit into the buffer of a fresh socket: nothing to wait for.
                boost::system::error_code ignored;
                peer.non_blocking(true, ignored);
                peer.write_some(boost::asio::buffer(kAnswer), ignored);
                self->next();
            });
    }

    // Out of descriptors, above all: not at once again.
    void pause() {
        timer.expires_after(std::chrono::milliseconds(100));
        timer.async_wait([self = shared_from_this()](const boost::system::error_code&) {
            if (self->acceptor.is_open()) self->next();
        });
    }

    void close() {
        boost::system::error_code ignored;
        acceptor.close(ignored);
        timer.cancel();
    }

    Local::acceptor acceptor;
    boost::asio::steady_timer timer;
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
    impl_->close();
}

}  // namespace plumb::agent
