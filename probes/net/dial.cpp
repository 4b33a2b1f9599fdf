#include "probes/net/dial.hpp"

#include "base/duration.hpp"
#include "probes/net/address_facts.hpp"
#include "probes/net/arrival.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/ready.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;
using asio::ip::address;
using asio::ip::tcp;

constexpr std::chrono::milliseconds kLeastShare{250};

boost::system::error_code last_error() {
    return {errno, boost::system::system_category()};
}

boost::system::error_code socket_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return last_error();
    return {error, boost::system::system_category()};
}

Failed connect_timed_out(int descriptor, Clock::duration spent) {
    std::string words = "no answer within " + format_duration(spent);
    if (const auto facts = kernel_facts(descriptor); facts && facts->total_retransmits > 0) {
        words += " (SYN sent " + std::to_string(facts->total_retransmits + 1) + " times)";
    }
    return {Cause::tcp_timeout, std::move(words)};
}

// What the kernel tells while it waits came from the path. EACCES is then an ICMPv6 message (RFC 4443, 3.1:
// prohibited by a policy); a policy of its own the kernel tells at once. For IPv4 the same message is "no
// route to host".
Failed path_failure(const boost::system::error_code& error) {
    if (error != boost::system::errc::permission_denied) return connect_failure(error);
    return {Cause::tcp_unreachable, "a device on the way prohibits it (ICMPv6: administratively prohibited)"};
}

}  // namespace

asio::awaitable<IoResult<tcp::socket>> connect_one(asio::any_io_executor executor, tcp::endpoint endpoint,
                                                   Clock::time_point deadline) {
    const auto started = Clock::now();
    tcp::socket socket(executor);
    const int family = endpoint.protocol().family();
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) co_return connect_failure(last_error());
    boost::system::error_code error;
    socket.assign(endpoint.protocol(), descriptor, error);
    if (error) {
        ::close(descriptor);
        co_return connect_failure(error);
    }
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ask_for_arrivals(descriptor);
    if (::connect(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
        if (errno != EINPROGRESS && errno != EINTR) co_return connect_failure(last_error());
        const auto ready = co_await wait_ready(socket, WaitFor::write, deadline);
        if (ready == Ready::timed_out) co_return connect_timed_out(descriptor, Clock::now() - started);
        error = socket_error(descriptor);
        if (error) co_return path_failure(error);
    }
    co_return std::move(socket);
}

namespace {

// The addresses of the preferred family take turns; the rest stays behind them as fallback (RFC 6724 order).
void rotate(std::vector<address>& addresses, std::uint64_t number) {
    const bool v6 = addresses.front().is_v6();
    const auto end = std::find_if(addresses.begin(), addresses.end(),
                                  [v6](const address& each) { return each.is_v6() != v6; });
    const auto count = static_cast<std::uint64_t>(end - addresses.begin());
    std::rotate(addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(number % count), end);
}

// Of several failures the run reports the first; "no route" of a fallback family says less than any other.
void choose_failure(std::optional<Failed>& chosen, Failed next) {
    if (!chosen || (chosen->cause == Cause::tcp_unreachable && next.cause != Cause::tcp_unreachable)) {
        chosen = std::move(next);
    }
}

bool only_local(Cause cause) {
    return cause == Cause::local_descriptors || cause == Cause::local_memory;
}

}  // namespace

std::string endpoint_text(const address& address, std::uint16_t port) {
    return (address.is_v6() ? '[' + address.to_string() + ']' : address.to_string()) + ':' +
           std::to_string(port);
}

void note_kernel_facts(Outcome& outcome, int descriptor) {
    const auto facts = kernel_facts(descriptor);
    if (!facts) return;
    outcome.rtt = facts->rtt;
    outcome.retransmits = facts->total_retransmits;
    // Before an answer the kernel shows its defaults, which say nothing of the path.
    if (facts->rtt.count() == 0) return;
    outcome.fact(net::facts::kTcpMss, std::to_string(facts->send_mss));
    outcome.fact(net::facts::kTcpPathMtu, std::to_string(facts->path_mtu));
    outcome.fact(net::facts::kTcpWindowScaling, facts->window_scaling ? "on" : "off");
}

std::optional<Clock::time_point> answered_at(Clock::time_point started, const Outcome& outcome) {
    if (!outcome.rtt || outcome.rtt->count() == 0 || outcome.retransmits > 0) return std::nullopt;
    return started + *outcome.rtt;
}

void note_handshake(Run& run, std::optional<Cause> failed) {
    if (!failed) run.peer_said("SYN-ACK");
    if (failed == Cause::tcp_refused) run.peer_said("RST");
}

asio::awaitable<std::vector<address>> resolve_phase(Run& run, Services& services, const std::string& host,
                                                    Family family) {
    run.begin(phase::resolve);
    const bool asks = run.listens() && !literal_address(host);
    if (asks) run.we_said("DNS: the addresses of " + host);
    auto answer = co_await services.resolver.resolve(host, run.deadline(), family);
    if (!answer) {
        add_resolver_fact(run.outcome, services.resolver);
        const Failed failed = std::move(answer).error();
        const bool silent = failed.cause == Cause::dns_timeout || failed.cause == Cause::dns_unreachable;
        if (asks && !silent) run.peer_said(failed.detail);
        run.fail(failed.cause, host + ": " + failed.detail);
        co_return std::vector<address>{};
    }
    add_address_facts(run.outcome, *answer);
    if (asks) run.peer_said(address_words(*answer));
    if (!answer->literal) add_resolver_fact(run.outcome, services.resolver);
    auto addresses = std::move(answer->addresses);
    rotate(addresses, run.number());
    run.sent(answer->sent);
    run.arrived(answer->arrived);
    co_return addresses;
}

asio::awaitable<std::optional<Stream>> dial(Run& run, Services& services, const std::string& host,
                                            std::uint16_t port, Family family) {
    const auto addresses = co_await resolve_phase(run, services, host, family);
    if (addresses.empty()) co_return std::nullopt;
    run.begin(phase::connect);
    std::optional<Failed> chosen;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto started = Clock::now();
        const auto left = std::max(run.deadline() - started, Clock::duration::zero());
        const auto share = left / static_cast<int>(addresses.size() - i);
        const auto limit = started + std::max(share, std::min<Clock::duration>(left, kLeastShare));
        const tcp::endpoint endpoint(addresses[i], port);
        Attempt attempt;
        attempt.address = endpoint_text(addresses[i], port);
        if (run.listens()) run.we_said("TCP SYN to " + attempt.address);
        auto socket = co_await connect_one(services.executor, endpoint, limit);
        attempt.duration = Clock::now() - started;
        if (!socket) attempt.failed = socket.error().cause;
        run.outcome.attempts.push_back(attempt);
        if (socket) {
            run.outcome.address = attempt.address;
            run.outcome.fact(facts::kTcpFamily, addresses[i].is_v6() ? "IPv6" : "IPv4");
            note_kernel_facts(run.outcome, socket->native_handle());
            const auto answered = answered_at(started, run.outcome);
            // As in the phase: without the time until this task woke up and looked.
            if (answered)
                run.outcome.attempts.back().duration = std::min(attempt.duration, *answered - started);
            run.arrived(answered);
            note_handshake(run, std::nullopt);
            std::optional<Stream> stream(std::in_place, std::move(*socket));
            co_return stream;
        }
        Failed failed = std::move(socket).error();
        note_handshake(run, failed.cause);
        const bool hopeless = only_local(failed.cause);
        failed.detail = attempt.address + ": " + failed.detail;
        choose_failure(chosen, std::move(failed));
        if (hopeless || Clock::now() >= run.deadline()) break;
    }
    run.fail(chosen->cause, chosen->detail);
    co_return std::nullopt;
}

}  // namespace plumb::net
