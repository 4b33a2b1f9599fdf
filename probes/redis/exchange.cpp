#include "probes/redis/exchange.hpp"

#include "probes/redis/reply.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>

namespace plumb::redis {

namespace {

using boost::asio::awaitable;

constexpr std::string_view kQuit = "*1\r\n$4\r\nQUIT\r\n";
// For the end of a server that has nothing else to do, beside round trips.
constexpr std::chrono::milliseconds kPatience{50};
// Bytes that may still stand before the end: the "+OK".
constexpr int kLastReads = 4;

// One whole reply. peer.closed when the server ends before it is complete.
awaitable<net::IoResult<Reply>> read_reply(net::Stream& stream, ReplyReader& reader,
                                           Clock::time_point deadline) {
    std::array<char, 8192> buffer;
    while (true) {
        auto reply = reader.take();
        if (!reply) co_return reply.error();
        if (*reply) co_return std::move(**reply);
        const auto count = co_await stream.read_some(buffer, deadline);
        if (!count) co_return count.error();
        if (*count == 0) {
            net::Failed closed{Cause::peer_closed,
                               "the server closed the connection before its reply was complete"};
            co_return closed;
        }
        const auto fed = reader.feed(std::string_view(buffer.data(), *count));
        if (!fed) co_return fed.error();
    }
}

}  // namespace

awaitable<bool> converse(Run& run, net::Stream& stream, Session& session) {
    ReplyReader reader;
    while (session.step() != Session::Step::done) {
        if (session.phase() != run.current_phase()) run.begin(session.phase());
        const Secret command = session.command();
        const auto written = co_await stream.write(command.reveal(), run.deadline());
        if (!written) {
            run.fail(written.error().cause, written.error().detail);
            co_return false;
        }
        const auto reply = co_await read_reply(stream, reader, run.deadline());
        if (!reply) {
            run.fail(reply.error().cause, reply.error().detail);
            co_return false;
        }
        const auto rejection = session.take(*reply);
        if (!rejection) continue;
        if (rejection->phase != run.current_phase()) run.begin(rejection->phase);
        run.fail(rejection->cause, rejection->detail);
        if (rejection->cause == Cause::peer_unexpected) co_return false;
    }
    co_return true;
}

awaitable<void> say_goodbye(net::Stream& stream, Clock::time_point latest) {
    auto patience = std::chrono::duration_cast<Clock::duration>(kPatience);
    if (const auto facts = net::kernel_facts(stream.descriptor())) patience += 2 * facts->rtt;
    const auto deadline = std::min(latest, Clock::now() + patience);
    const auto written = co_await stream.write(kQuit, deadline);
    if (written) {
        // Who ends first keeps the closed connection in mind for a while (TIME_WAIT): rather we than the
        // server.
        if (!stream.is_tls()) ::shutdown(stream.descriptor(), SHUT_WR);
        std::array<char, 64> rest;
        for (int reads = 0; reads < kLastReads; ++reads) {
            const auto count = co_await stream.read_some(rest, deadline);
            if (!count || *count == 0) break;
        }
    }
    stream.close();
}

}  // namespace plumb::redis
