#include "tests/lab/net/app_parts.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kChunk = std::size_t{1} << 20U;
constexpr int kBacklog = 64;
constexpr int kSmallBacklog = 4;
constexpr int kUses = 8;  // of a connection of the pool
constexpr int kPatienceMs = 300;
constexpr auto kBetweenUses = 150ms;
constexpr auto kRest = 1700ms;
constexpr auto kBetweenLeaks = 200ms;

const sockaddr* generic(const sockaddr_in& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

bool happens(int descriptor, short events) {
    pollfd waiting{descriptor, events, 0};
    return ::poll(&waiting, 1, kPatienceMs) == 1;
}

test::Descriptor open_socket() {
    return test::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Invalid when nobody answers soon.
test::Descriptor connect_soon(const sockaddr_in& address) {
    auto made = open_socket();
    if (::connect(made.get(), generic(address), sizeof address) == 0) return made;
    int error = 0;
    socklen_t size = sizeof error;
    if (errno != EINPROGRESS || !happens(made.get(), POLLOUT) ||
        ::getsockopt(made.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        made.reset();
    return made;
}

bool say(const test::Descriptor& to, const std::string& words) {
    return ::send(to.get(), words.data(), words.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(words.size());
}

sockaddr_in anywhere(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    return address;
}

test::Descriptor listen_on(std::uint16_t port, int backlog) {
    auto listener = open_socket();
    const int on = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto address = anywhere(port);
    if (::bind(listener.get(), generic(address), sizeof address) != 0 ||
        ::listen(listener.get(), backlog) != 0)
        give_up("listen");
    return listener;
}

long long number_in(const std::string& file) {
    std::ifstream in(file);
    long long number = 0;
    if (!(in >> number)) give_up(file);
    return number;
}

void* take_chunk() {
    void* const made = ::mmap(nullptr, kChunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED) give_up("memory");
    std::memset(made, 1, kChunk);
    return made;
}

pid_t fork_child() {
    const pid_t child = ::fork();
    if (child < 0) give_up("fork");
    if (child == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

}  // namespace

void give_up(const std::string& what) {
    const char* words = std::strerror(errno);
    std::fprintf(stderr, "plumb-lab-app: %s: %s\n", what.c_str(), words);
    std::exit(1);
}

Health::Health(std::uint16_t port, Clock::time_point ready_at)
    : listener_(listen_on(port, kBacklog)), ready_at_(ready_at) {}

void Health::look(Clock::time_point now) {
    const test::Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client.valid() || !happens(client.get(), POLLIN)) return;
    std::array<char, 4096> request{};
    if (::recv(client.get(), request.data(), request.size(), 0) <= 0) return;
    const std::string status = now >= ready_at_ ? "200 OK" : "503 Service Unavailable";
    say(client, "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

FullQueue::FullQueue(std::uint16_t port) : listener_(listen_on(port, kSmallBacklog)) {
    auto address = anywhere(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 4 * kSmallBacklog; ++i) {
        auto client = connect_soon(address);
        if (!client.valid()) return;  // it hangs: the queue is full
        waiting_.push_back(std::move(client));
    }
    give_up("the queue did not fill up");
}

Hoard::Hoard(int percent, std::string used_file, const std::string& limit_file)
    : used_file_(std::move(used_file)), wanted_(number_in(limit_file) / 100 * percent) {}

Hoard::~Hoard() {
    for (void* chunk : chunks_)
        ::munmap(chunk, kChunk);
}

void Hoard::look() {
    constexpr auto kStep = static_cast<long long>(kChunk);
    while (number_in(used_file_) + kStep <= wanted_)
        chunks_.push_back(take_chunk());
    while (!chunks_.empty() && number_in(used_file_) > wanted_ + kStep) {
        ::munmap(chunks_.back(), kChunk);
        chunks_.pop_back();
    }
}

std::vector<test::Descriptor> hold_descriptors(int limit, int count) {
    const rlimit both{static_cast<rlim_t>(limit), static_cast<rlim_t>(limit)};
    if (::setrlimit(RLIMIT_NOFILE, &both) != 0) give_up("descriptors");
    std::vector<test::Descriptor> held;
    // The lowest free number is always the next: a number says how many there are.
    while (held.empty() ? count > 0 : held.back().get() + 1 < count) {
        held.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!held.back().valid()) give_up("descriptors");
    }
    return held;
}

Peer parse_peer(const std::string& text) {
    const auto port_at = text.find(':');
    const auto count_at = text.rfind(':');
    Peer peer;
    std::uint16_t port = 0;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const bool good = port_at < count_at &&
                      std::from_chars(begin + port_at + 1, end, port).ec == std::errc() &&
                      std::from_chars(begin + count_at + 1, end, peer.connections).ec == std::errc();
    peer.address = anywhere(port);
    if (!good || ::inet_pton(AF_INET, text.substr(0, port_at).c_str(), &peer.address.sin_addr) != 1)
        give_up("'" + text + "' is no ADDRESS:PORT:CONNECTIONS");
    return peer;
}

Pool::Pool(const Peer& peer) : peer_(peer), slots_(peer.connections) {}

void Pool::look(Clock::time_point now) {
    for (auto& slot : slots_) {
        if (now < slot.due) continue;
        slot.due = now + (&slot == &slots_.front() ? kRest : kBetweenUses);
        std::array<char, 64> answer{};
        const bool used = slot.connection.valid() && slot.uses < kUses && say(slot.connection, "PING\r\n") &&
                          happens(slot.connection.get(), POLLIN) &&
                          ::recv(slot.connection.get(), answer.data(), answer.size(), 0) > 0;
        ++slot.uses;
        if (used) continue;
        slot.connection = connect_soon(peer_.address);
        slot.uses = 0;
    }
}

void Leak::look(Clock::time_point now) {
    if (now < due_ || lost_.size() >= peer_.connections) return;
    due_ = now + kBetweenLeaks;
    auto made = connect_soon(peer_.address);
    if (made.valid() && say(made, words_ + "\r\n")) lost_.push_back(std::move(made));
}

void start_burning() {
    if (fork_child() != 0) return;
    while (true) {
        [[maybe_unused]] volatile int nothing = 0;
    }
}

void be_killed_for_memory() {
    const pid_t child = fork_child();
    if (child == 0) {
        std::ofstream("/proc/self/oom_score_adj") << 1000 << std::flush;
        while (true)
            take_chunk();
    }
    int status = 0;
    while (::waitpid(child, &status, 0) != child) {
    }
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) give_up("nobody was killed for memory");
}

}  // namespace plumb::lab
