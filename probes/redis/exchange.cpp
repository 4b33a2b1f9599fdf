#include "probes/redis/exchange.hpp"

#include "probes/net/goodbye.hpp"
#include "probes/redis/reply.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace plumb::redis {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kMostHeard = 1024;

// One whole reply. peer.closed when the server ends before it is complete. `heard`: the beginning of what
// came.
awaitable<net::IoResult<Reply>> read_reply(net::Stream& stream, ReplyReader& reader, std::string& heard,
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
        heard.append(buffer.data(), std::min(*count, kMostHeard - heard.size()));
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
        if (run.listens()) run.we_said(session.command_words());
        const auto written = co_await stream.write(command.reveal(), run.deadline());
        if (!written) {
            run.fail(written.error().cause, written.error().detail);
            co_return false;
        }
        std::string heard;
        const auto reply = co_await read_reply(stream, reader, heard, run.deadline());
        if (!reply) {
            if (run.listens() && !heard.empty()) run.peer_said(session.words_of_no_reply(heard));
            run.fail(reply.error().cause, reply.error().detail);
            co_return false;
        }
        run.arrived(stream.received_at());
        if (run.listens()) run.peer_said(session.words_of(*reply));
        const auto rejection = session.take(*reply);
        if (!rejection) continue;
        if (rejection->phase != run.current_phase()) run.begin(rejection->phase);
        run.fail(rejection->cause, rejection->detail);
        if (rejection->cause == Cause::peer_unexpected) co_return false;
    }
    co_return true;
}

awaitable<void> say_goodbye(net::Stream& stream, Clock::time_point latest) {
    co_await net::say_goodbye(stream, "*1\r\n$4\r\nQUIT\r\n", latest);
}

}  // namespace plumb::redis
