#include "probes/net/resolver.hpp"

#include "base/file.hpp"
#include "probes/net/question.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <sys/random.h>

#include <ares.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

// Where there is no /dev/urandom (an empty root directory) c-ares takes its message ids from rand(), which
// would give every process the same ones.
int initialise() {
    unsigned seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed) std::srand(seed);
    return ares_library_init(ARES_LIB_INIT_ALL);
}

// Ends the question also when the coroutine that waits for it is destroyed or cancelled.
class Asked {
  public:
    Asked(const asio::any_io_executor& executor, Clock::time_point deadline)
        : question_(std::make_shared<Question>(executor, deadline)) {}
    ~Asked() { question_->stop(); }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    Question* operator->() const { return question_.get(); }

  private:
    std::shared_ptr<Question> question_;
};

}  // namespace

struct Resolver::Impl {
    asio::any_io_executor executor;
    ResolvConf conf;
    std::vector<std::string> texts;

    // A server that declines (SERVFAIL, REFUSED) is followed by the next, as in the C library.
    ResolvConf starting_with(std::size_t first) const {
        auto turned = conf;
        const auto at = turned.servers.begin() + static_cast<std::ptrdiff_t>(first);
        std::rotate(turned.servers.begin(), at, turned.servers.end());
        return turned;
    }

    std::string server_list() const {
        std::string all;
        for (const auto& text : texts)
            all += (all.empty() ? "" : ", ") + text;
        return all;
    }
};

Resolver::Resolver(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::~Resolver() = default;

Result<std::unique_ptr<Resolver>> Resolver::make(asio::any_io_executor executor,
                                                 const std::vector<std::string>& servers) {
    // The search list is the task's also when the servers are chosen by hand. No file: an empty root
    // directory.
    ResolvConf file;
    if (auto text = read_regular_file("/etc/resolv.conf")) file = parse_resolv_conf(*text);
    auto conf = with_servers(std::move(file), servers);
    if (!conf) return conf.error();
    return with(std::move(executor), std::move(*conf));
}

Result<std::unique_ptr<Resolver>> Resolver::with(asio::any_io_executor executor, ResolvConf conf) {
    static const int library = initialise();
    if (library != ARES_SUCCESS) return Error{"c-ares cannot be initialised"};
    auto impl = std::make_shared<Impl>();
    impl->executor = std::move(executor);
    impl->conf = std::move(conf);
    for (const auto& server : impl->conf.servers)
        impl->texts.push_back(server.text());
    return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));
}

std::optional<asio::ip::address> literal_address(const std::string& host) {
    boost::system::error_code not_literal;
    const auto address = asio::ip::make_address(host, not_literal);
    if (!not_literal) return address;
    // inet_aton() alone would pass over what follows a blank.
    in_addr old{};
    const bool plain = host.find_first_not_of("0123456789abcdefABCDEFxX.") == std::string::npos;
    if (!plain || inet_aton(host.c_str(), &old) == 0) return std::nullopt;
    return asio::ip::address_v4(ntohl(old.s_addr));
}

asio::awaitable<IoResult<Answer>> Resolver::resolve(std::string host, Clock::time_point deadline,
                                                    Family family) {
    const auto impl = impl_;
    if (const auto literal = literal_address(host)) {
        Answer answer;
        answer.addresses.push_back(*literal);
        answer.literal = true;
        co_return answer;
    }
    std::optional<Clock::time_point> sent;
    bool patient = false;
    for (std::size_t first = 0;;) {
        const Asked question(impl->executor, deadline);
        if (patient) question->be_patient();
        question->start_addresses(host, family, impl->starting_with(first));
        if (!sent) sent = question->sent();
        const bool answered = co_await question->finished();
        if (!answered || (patient && question->gave_up()))
            co_return question->unanswered(impl->server_list());
        if (question->gave_up()) {
            patient = true;
            continue;
        }
        if (question->declined() && ++first < impl->conf.servers.size()) continue;
        auto answer = question->take_addresses();
        if (answer) answer->sent = sent;
        co_return answer;
    }
}

asio::awaitable<IoResult<RawAnswer>> Resolver::ask(std::size_t server, RawQuestion asked,
                                                   Clock::time_point deadline) {
    const auto impl = impl_;
    auto alone = impl->conf;
    alone.servers = {impl->conf.servers.at(server)};
    std::optional<Clock::time_point> sent;
    // Of a datagram that is lost a second may arrive; a connection is made once.
    for (bool patient = asked.transport == Transport::tcp;; patient = true) {
        const Asked question(impl->executor, deadline);
        if (patient) question->be_patient();
        question->start_raw(asked, alone);
        if (!sent) sent = question->sent();
        const bool answered = co_await question->finished();
        if (!answered || (patient && question->gave_up()))
            co_return question->unanswered(impl->texts[server]);
        if (question->gave_up()) continue;
        auto answer = question->take_raw();
        if (answer) answer->sent = sent;
        co_return answer;
    }
}

const std::vector<std::string>& Resolver::servers() const {
    return impl_->texts;
}

const ResolvConf& Resolver::conf() const {
    return impl_->conf;
}

}  // namespace plumb::net
