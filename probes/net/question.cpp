#include "probes/net/question.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstring>
#include <sys/random.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

// The first time-out is short enough for a second server to answer within a run of two seconds; c-ares
// doubles it with each round, so a slow server is still heard within the longest sensible deadline.
constexpr std::chrono::milliseconds kFirstTimeout{400};
constexpr int kRounds = 5;
constexpr std::size_t kMaxAddresses = 32;
constexpr std::size_t kMaxNames = 16;
constexpr std::size_t kMaxMessage = 65535;
// c-ares asks the kernel for a route to each address (RFC 6724) and walks its list for each record: thousands
// of them would hold up the loop. It gets as many as there are names and addresses to keep.
constexpr unsigned kMaxRecords = kMaxAddresses + kMaxNames;
constexpr int kInternetClass = 1;

asio::ip::address address_of(const ares_addrinfo_node& node) {
    if (node.ai_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, node.ai_addr, sizeof v4);
        return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, node.ai_addr, sizeof v6);
    asio::ip::address_v6::bytes_type bytes{};
    std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
    return asio::ip::address_v6(bytes, v6.sin6_scope_id);
}

// The A and the AAAA answer bring the same chain of names: each is kept once.
Answer to_answer(const ares_addrinfo& info) {
    Answer answer;
    bool first = true;
    for (const auto* node = info.nodes; node != nullptr && answer.addresses.size() < kMaxAddresses;
         node = node->ai_next) {
        if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
        const auto address = address_of(*node);
        if (std::find(answer.addresses.begin(), answer.addresses.end(), address) != answer.addresses.end())
            continue;
        answer.addresses.push_back(address);
        const auto ttl = static_cast<std::uint32_t>(std::max(node->ai_ttl, 0));
        answer.ttl = first ? ttl : std::min(answer.ttl, ttl);
        first = false;
    }
    auto& names = answer.canonical_names;
    for (const auto* link = info.cnames; link != nullptr && names.size() < kMaxNames; link = link->next) {
        if (link->name == nullptr) continue;
        if (std::find(names.begin(), names.end(), link->name) == names.end()) names.emplace_back(link->name);
    }
    return answer;
}

std::vector<ares_addr_port_node> server_list(const std::vector<NameServer>& servers) {
    std::vector<ares_addr_port_node> list(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i) {
        auto& node = list[i];
        node.next = i + 1 < servers.size() ? &list[i + 1] : nullptr;
        node.udp_port = servers[i].port;
        node.tcp_port = servers[i].port;
        if (servers[i].address.is_v4()) {
            node.family = AF_INET;
            const auto bytes = servers[i].address.to_v4().to_bytes();
            std::memcpy(&node.addr.addr4, bytes.data(), bytes.size());
        } else {
            node.family = AF_INET6;
            const auto bytes = servers[i].address.to_v6().to_bytes();
            std::memcpy(&node.addr.addr6, bytes.data(), bytes.size());
        }
    }
    return list;
}

}  // namespace

// A descriptor that c-ares owns: it is released, never closed.
struct Question::Watch {
    Watch(const asio::any_io_executor& executor, ares_socket_t fd) : io(executor), descriptor(fd) {
        io.assign(fd);
    }
    ~Watch() {
        if (io.is_open()) io.release();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    asio::posix::stream_descriptor io;
    ares_socket_t descriptor;
    bool want_read = false;
    bool want_write = false;
    bool reading = false;
    bool writing = false;
};

Question::Question(asio::any_io_executor executor, Clock::time_point deadline)
    : executor_(std::move(executor)), done_(executor_, deadline), retry_(executor_) {}

Question::~Question() {
    stop();
}

void Question::stop() {
    if (channel_ == nullptr) return;
    const auto channel = std::exchange(channel_, nullptr);
    ares_destroy(channel);
    watches_.clear();
    retry_.cancel();
}

// c-ares asks over TCP once and waits no longer for it than for a datagram. A patient question gives each
// server its share of all the time that is left.
std::chrono::milliseconds Question::first_timeout(const ResolvConf& conf) const {
    if (!patient_) return kFirstTimeout;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(done_.expiry() - Clock::now());
    const auto share = left / static_cast<long>(std::max<std::size_t>(conf.servers.size(), 1));
    return std::clamp(share, std::chrono::milliseconds(1), std::chrono::milliseconds(std::chrono::hours(1)));
}

// Every option is given, so that c-ares reads no file and no variable of its own.
bool Question::open(const ResolvConf& conf) {
    ares_options options{};
    std::vector<std::string> names = conf.search;
    std::vector<char*> domains;
    domains.reserve(names.size());
    for (auto& name : names)
        domains.push_back(name.data());
    std::array<char, 3> lookups{'f', 'b', '\0'};
    in_addr placeholder{};
    // Without NOCHECKRESP c-ares repeats a refused question and in the end forgets why it was refused.
    options.flags = ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP;
    if (transport_ == Transport::udp) options.flags |= ARES_FLAG_IGNTC;
    if (transport_ == Transport::tcp) options.flags |= ARES_FLAG_USEVC;
    options.timeout = static_cast<int>(first_timeout(conf).count());
    options.tries = patient_ ? 1 : kRounds;
    options.ndots = conf.ndots;
    options.servers = &placeholder;
    options.nservers = 1;
    options.domains = domains.data();
    options.ndomains = static_cast<int>(domains.size());
    options.lookups = lookups.data();
    options.sock_state_cb_data = this;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int read, int write) {
        static_cast<Question*>(self)->on_socket(fd, read != 0, write != 0);
    };
    const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                     ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
                     ARES_OPT_SORTLIST | ARES_OPT_NOROTATE;
    status_ = ares_init_options(&channel_, &options, mask);
    if (status_ != ARES_SUCCESS) {
        channel_ = nullptr;
        answered_ = true;
        return false;
    }
    ares_set_socket_functions(channel_, &DnsWire::functions(), &wire_);
    auto servers = server_list(conf.servers);
    status_ = ares_set_servers_ports(channel_, servers.data());
    answered_ = status_ != ARES_SUCCESS;
    return !answered_;
}

void Question::start_addresses(const std::string& host, Family family, const ResolvConf& conf) {
    family_ = family;
    if (!open(conf)) return;
    wire_.cut_answers(kMaxRecords);
    ares_addrinfo_hints hints{};
    hints.ai_family = family == Family::v4 ? AF_INET : family == Family::v6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &Question::on_addresses, this);
    rearm();
}

void Question::start_raw(const RawQuestion& question, const ResolvConf& conf) {
    transport_ = question.transport;
    if (!open(conf)) return;
    std::uint16_t id = 0;
    if (getrandom(&id, sizeof id, 0) != sizeof id) return end(ARES_ENOMEM);
    unsigned char* message = nullptr;
    int size = 0;
    const int made =
        ares_create_query(question.name.c_str(), kInternetClass, question.type, id, 1, &message, &size, 0);
    if (made != ARES_SUCCESS) return end(made);
    constexpr unsigned char kAuthenticData = 0x20;  // in the fourth byte of the header
    message[3] |= kAuthenticData;
    ares_send(channel_, message, size, &Question::on_raw, this);
    ares_free_string(message);
    rearm();
}

void Question::end(int status) {
    status_ = status;
    answered_ = true;
}

asio::awaitable<bool> Question::finished() {
    if (answered_) co_return true;
    boost::system::error_code error;
    co_await done_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (answered_) co_return true;
    if (error) throw boost::system::system_error(error);
    co_return false;
}

void Question::process(ares_socket_t readable, ares_socket_t writable) {
    if (channel_ == nullptr || answered_) return;
    ares_process_fd(channel_, readable, writable);
    rearm();
}

void Question::rearm() {
    if (answered_) {
        retry_.cancel();
        done_.cancel();
        return;
    }
    timeval next{};
    if (ares_timeout(channel_, nullptr, &next) == nullptr) return;
    const auto wait = std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec);
    retry_.expires_after(std::max<Clock::duration>(wait, std::chrono::milliseconds(1)));
    retry_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    });
}

// Called by c-ares, inside its functions: nothing is thrown through it and nothing of c-ares is called from
// it.
void Question::on_socket(ares_socket_t descriptor, bool read, bool write) {
    const auto known = std::find_if(watches_.begin(), watches_.end(), [descriptor](const auto& watch) {
        return watch->descriptor == descriptor;
    });
    if (!read && !write) {
        if (known == watches_.end()) return;
        (*known)->io.release();
        watches_.erase(known);
        return;
    }
    try {
        auto watch = known != watches_.end() ? *known : std::make_shared<Watch>(executor_, descriptor);
        if (known == watches_.end()) watches_.push_back(watch);
        watch->want_read = read;
        watch->want_write = write;
        watch_read(watch);
        watch_write(watch);
    } catch (const std::exception&) {
        // Not watched: c-ares' own time-out ends the question.
    }
}

void Question::watch_read(const std::shared_ptr<Watch>& watch) {
    if (!watch->want_read || watch->reading || !watch->io.is_open()) return;
    watch->reading = true;
    watch->io.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this(), watch](const boost::system::error_code& error) {
                             watch->reading = false;
                             if (error || self->channel_ == nullptr) return;
                             self->process(watch->descriptor, ARES_SOCKET_BAD);
                             self->watch_read(watch);
                         });
}

void Question::watch_write(const std::shared_ptr<Watch>& watch) {
    if (!watch->want_write || watch->writing || !watch->io.is_open()) return;
    watch->writing = true;
    watch->io.async_wait(asio::posix::stream_descriptor::wait_write,
                         [self = shared_from_this(), watch](const boost::system::error_code& error) {
                             watch->writing = false;
                             if (error || self->channel_ == nullptr) return;
                             self->process(ARES_SOCKET_BAD, watch->descriptor);
                             self->watch_write(watch);
                         });
}

void Question::on_addresses(void* self, int status, int, ares_addrinfo* result) {
    auto& question = *static_cast<Question*>(self);
    question.answered_ = true;
    question.status_ = status;
    try {
        if (result != nullptr) question.addresses_ = to_answer(*result);
    } catch (const std::exception&) {
        question.status_ = ARES_ENOMEM;
    }
    if (result != nullptr) ares_freeaddrinfo(result);
}

void Question::on_raw(void* self, int status, int, unsigned char* message, int size) {
    auto& question = *static_cast<Question*>(self);
    question.answered_ = true;
    question.status_ = status;
    if (message == nullptr || size <= 0) return;
    try {
        const auto bytes = std::min(static_cast<std::size_t>(size), kMaxMessage);
        question.raw_.message.assign(message, message + bytes);
        question.raw_.over_tcp = question.wire_.over_tcp();
        question.has_raw_ = true;
    } catch (const std::exception&) {
        question.status_ = ARES_ENOMEM;
    }
}

// The server that answers one of the two questions with an error and the other with "no such record" knows no
// better than one that answers both with the error.
std::optional<Failed> Question::complaint() const {
    if (status_ == ARES_SUCCESS || status_ == ARES_ENODATA || status_ == ARES_ENOTFOUND) {
        return wire_.complaint();
    }
    return failure(status_);
}

bool Question::declined() const {
    if (!addresses_.addresses.empty()) return false;
    const auto why = complaint();
    return why && (why->cause == Cause::dns_servfail || why->cause == Cause::dns_refused);
}

Failed Question::failure(int status) const {
    if (wire_.over_tcp() && status == ARES_ECONNREFUSED) {
        return {Cause::dns_unreachable, by_tcp() + " the connection was refused or cut"};
    }
    return dns_failure(status);
}

std::string Question::by_tcp() const {
    if (transport_ == Transport::tcp) return "over TCP";
    return "the answer is too long for a datagram, and over TCP";
}

Failed Question::unanswered(const std::string& servers) const {
    if (wire_.only_strange()) {
        return {Cause::dns_malformed, "what " + servers + " sent answers none of the questions"};
    }
    if (wire_.over_tcp()) {
        return {Cause::dns_timeout, by_tcp() + " none came from " + servers + " within the time limit"};
    }
    if (wire_.answered()) {
        return {Cause::dns_timeout,
                servers + " answered only a part of the questions (A and AAAA) within the time limit"};
    }
    return {Cause::dns_timeout, "no answer from " + servers + " within the time limit"};
}

IoResult<Answer> Question::take_addresses() {
    addresses_.arrived = wire_.arrived();
    if (!addresses_.addresses.empty()) return std::move(addresses_);
    if (auto why = complaint()) return std::move(*why);
    auto failed = failure(status_ == ARES_SUCCESS ? ARES_ENODATA : status_);
    if (failed.cause == Cause::dns_no_data && family_ != Family::any)
        failed.detail += family_ == Family::v4 ? " of IPv4" : " of IPv6";
    return failed;
}

// A negative answer is an answer too: whoever asked reads the response code out of it.
IoResult<RawAnswer> Question::take_raw() {
    raw_.arrived = wire_.arrived();
    if (has_raw_) return std::move(raw_);
    return failure(status_ == ARES_SUCCESS ? ARES_EBADRESP : status_);
}

}  // namespace plumb::net
