// probes/net/resolver and all that stands behind it: a name server's answers on their way through the
// sockets, DnsWire and c-ares, as for an agent. The input: a byte that chooses what is asked, the length of
// the first answer in two bytes, the first answer, and the second, which alternate (name_server.hpp).
#include "probes/dns/message.hpp"
#include "probes/net/resolver.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/name_server.hpp"

#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace {

namespace asio = boost::asio;
using namespace plumb;
using fuzz::require;

// What lasts: sockets and the loop are too slow to make for each input.
struct World {
    fuzz::NameServer server;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::unique_ptr<net::Resolver> plain = make({});
    std::unique_ptr<net::Resolver> searching = make({"svc.cluster.local", "example.com"});

    std::unique_ptr<net::Resolver> make(std::vector<std::string> search) {
        net::ResolvConf conf;
        conf.servers.push_back({asio::ip::make_address("127.0.0.1"), server.port()});
        conf.search = std::move(search);
        return net::Resolver::with(context.get_executor(), std::move(conf)).value();
    }

    // Runs a question until it is answered or nothing moves any more: no input waits for a time-out.
    template <class T>
    std::optional<net::IoResult<T>> run(asio::awaitable<net::IoResult<T>> question) {
        struct {
            bool over = false;
            std::optional<net::IoResult<T>> result;
        } kept;
        asio::cancellation_signal stop;
        auto keep = [&](const std::exception_ptr& cancelled, net::IoResult<T> answer) {
            kept.over = true;
            if (!cancelled) kept.result = std::move(answer);
        };
        asio::co_spawn(context, std::move(question), asio::bind_cancellation_slot(stop.slot(), keep));
        for (int idle = 0; !kept.over && idle < 2;) {
            const bool moved = context.poll() > 0;
            idle = server.serve() || moved ? 0 : idle + 1;
        }
        if (!kept.over) stop.emit(asio::cancellation_type::terminal);
        while (!kept.over)
            context.poll();
        return kept.result;
    }
};

void check_addresses(const net::IoResult<net::Answer>& answer) {
    if (!answer) {
        require(answer.error().cause != Cause::unknown, "a failure has a cause");
        return;
    }
    require(!answer->addresses.empty() && answer->addresses.size() <= 32,
            "there are addresses, not too many");
    require(answer->canonical_names.size() <= 16, "there are not too many names");
    for (const auto& name : answer->canonical_names)
        require(name.size() <= std::size_t{4} * 255, "a name is as long as a name may be");
    require(!answer->literal, "a name is no literal");
}

void check_raw(const net::IoResult<net::RawAnswer>& answer) {
    if (!answer) return require(answer.error().cause != Cause::unknown, "a failure has a cause");
    require(answer->message.size() <= 65535, "a message has at most 65,535 bytes");
    dns::parse_message(answer->message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    fuzz::Input input(data, size);
    const unsigned how = input.byte();
    const auto one = input.take(input.two_bytes());
    world.server.begin({one, input.empty() ? one : input.rest()});
    const auto& resolver = (how & 2U) != 0 ? world.searching : world.plain;
    const auto deadline = Clock::now() + std::chrono::minutes(1);
    if ((how & 1U) != 0) {
        constexpr std::array kTypes{dns::kTypeA, dns::kTypeCname, dns::kTypePtr, dns::kTypeAaaa};
        constexpr std::array kTransports{net::Transport::automatic, net::Transport::udp, net::Transport::tcp,
                                         net::Transport::automatic};
        net::RawQuestion question;
        question.name = "db.example.com";
        question.type = kTypes[how >> 6U];
        question.transport = kTransports[how >> 4U & 3U];
        if (const auto raw = world.run(resolver->ask(0, std::move(question), deadline))) check_raw(*raw);
    } else if (const auto answer = world.run(resolver->resolve("db", deadline))) {
        check_addresses(*answer);
    }
    return 0;
}
