#include "probes/net/goodbye.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>

namespace plumb::net {
namespace {

// For a peer that has nothing else to do, beside round trips.
constexpr std::chrono::milliseconds kPatience{50};
// What may still stand before the end, such as an "OK".
constexpr int kLastReads = 4;

}  // namespace

boost::asio::awaitable<void> say_goodbye(Stream& stream, std::string_view words, Clock::time_point latest) {
    auto patience = std::chrono::duration_cast<Clock::duration>(kPatience);
    if (const auto facts = kernel_facts(stream.descriptor())) patience += 2 * facts->rtt;
    const auto deadline = std::min(latest, Clock::now() + patience);
    const auto written = co_await stream.write(words, deadline);
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

}  // namespace plumb::net
