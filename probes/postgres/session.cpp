#include "probes/postgres/session.hpp"

#include "base/duration.hpp"
#include "probes/net/arrival.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/tls_words.hpp"
#include "probes/peer_words.hpp"
#include "probes/postgres/failure.hpp"
#include "probes/postgres/hash_limit.hpp"
#include "probes/postgres/plain_environment.hpp"
#include "probes/postgres/received_bytes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <openssl/ssl.h>

namespace plumb::postgres {
namespace {

namespace asio = boost::asio;

// A path below a file can neither exist nor be created: libpq finds no password file, certificate or key
// there.
constexpr const char* kNowhere = "/dev/null/none";
constexpr std::chrono::milliseconds kVerdictWait{50};

void drop_notice(void*, const char*) {}

boost::system::error_code socket_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    return {error, boost::system::system_category()};
}

bool is_servers(Cause cause) {
    return to_string(cause).substr(0, 9) == "postgres.";
}

}  // namespace

Session::Session(const asio::any_io_executor& executor, const Login& login, const net::TlsSettings* tls)
    : waiter_(executor), login_(login), tls_(tls) {}

Session::~Session() {
    if (waiter_.is_open()) waiter_.release();
}

void Session::start(const asio::ip::address& address) {
    address_ = net::endpoint_text(address, login_.port);
    const auto literal = address.to_string();
    const auto port = std::to_string(login_.port);
    const auto& tls = login_.tls;
    const auto& key = tls.key_file.empty() ? tls.certificate_file : tls.key_file;
    const bool certificate = !tls.certificate_file.empty();
    const std::array<std::pair<const char*, const char*>, 18> options{{
        {"host", login_.host.c_str()},  // for SNI
        {"hostaddr", literal.c_str()},  // so that libpq resolves nothing
        {"port", port.c_str()},
        {"user", login_.user.c_str()},
        {"password", login_.password.reveal().c_str()},
        {"dbname", login_.database.c_str()},
        {"passfile", kNowhere},
        {"sslmode", login_.libpq_ssl_mode()},
        {"sslcert", certificate ? tls.certificate_file.c_str() : kNowhere},
        {"sslkey", certificate ? key.c_str() : kNowhere},
        {"sslpassword", login_.key_password.reveal().c_str()},
        {"sslrootcert", kNowhere},
        {"sslcrl", kNowhere},
        {"gssencmode", "disable"},
        {"channel_binding", login_.channel_binding.c_str()},
        {"application_name", "plumbline"},
        {"client_encoding", "UTF8"},
        {nullptr, nullptr},
    }};
    std::array<const char*, options.size()> names{};
    std::array<const char*, options.size()> values{};
    for (std::size_t i = 0; i < options.size(); ++i) {
        names[i] = options[i].first;
        values[i] = options[i].second;
    }
    {
        const PlainEnvironment plain;
        connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
    }
    if (!connection_) throw std::bad_alloc();
    // Also without a password for the key: OpenSSL's own hook would ask the terminal and stop the loop.
    PQsetSSLKeyPassHook_OpenSSL(PQdefaultSSLKeyPassHook_OpenSSL);
    PQsetErrorVerbosity(connection_.get(),
                        PQERRORS_VERBOSE);  // the only way to see an SQLSTATE while logging in
    PQsetNoticeProcessor(connection_.get(), drop_notice, nullptr);
}

// libpq may close its socket and open another, even under the same number: Asio lets go before each call that
// may do so, and takes up what is there afterwards.
PostgresPollingStatusType Session::poll(Clock::duration left) {
    if (waiter_.is_open()) waiter_.release();
    if (stage_ == Stage::handshake && !watch_) watch_ = std::make_unique<HandshakeWatch>(*tls_);
    if (watch_) watch_->begin_call();
    const HandshakeWatch::Expected expected(watch_.get());
    const HashLimit limit(left);
    const PlainEnvironment plain;
    return PQconnectPoll(connection_.get());
}

void Session::follow_socket() {
    if (!waiter_.is_open()) waiter_.assign(PQsocket(connection_.get()));
}

bool Session::tls_began() const {
    return watch_ && watch_->attached();
}

// Decrypted bytes may lie in OpenSSL while the socket is idle; peek() too may have put them there.
bool Session::has_pending() const {
    const auto* ssl = static_cast<const SSL*>(PQsslStruct(connection_.get(), "OpenSSL"));
    return ssl != nullptr && SSL_pending(ssl) > 0;
}

asio::awaitable<net::Ready> Session::wait(WaitFor what, Clock::time_point deadline) {
    if (what == WaitFor::read && has_pending()) co_return net::Ready::yes;
    follow_socket();
    co_return co_await net::wait_ready(waiter_, what, deadline);
}

asio::awaitable<Opened> Session::open(Run& run, asio::ip::address address,
                                      Clock::time_point connect_deadline) {
    started_ = Clock::now();
    start(address);
    called_ = Clock::now();
    if (run.listens()) {
        run.we_said("TCP SYN to " + address_);
        trace_ = std::make_unique<Trace>(run, login_);
        trace_->attach(connection_.get());
    }
    run.sent(called_);
    if (PQstatus(connection_.get()) == CONNECTION_BAD) {
        co_return give_up(run, connect_words_failure(PQerrorMessage(connection_.get())));
    }
    auto next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        const bool first_connect = stage_ == Stage::connect && !first_failure_;
        const auto deadline = first_connect ? std::min(connect_deadline, run.deadline()) : run.deadline();
        const auto what = next == PGRES_POLLING_READING ? WaitFor::read : WaitFor::write;
        const auto ready = co_await wait(what, deadline);
        if (ready == net::Ready::timed_out) co_return give_up(run, timed_out());
        if (auto failed = before_poll(run)) co_return give_up(run, std::move(*failed));
        // From here libpq says a phase's first word, the request for TLS or the start packet.
        if (PQstatus(connection_.get()) == CONNECTION_MADE) run.sent(Clock::now());
        next = poll(run.deadline() - Clock::now());
        if (auto failed = after_poll(run, next)) co_return give_up(run, std::move(*failed));
        if (stage_ == Stage::connect) next = PGRES_POLLING_WRITING;
        if (stage_ == Stage::authenticate && !run.logs_in()) co_return co_await stop_before_login(run);
    }
    PQsetnonblocking(connection_.get(), 1);
    run.arrived(received_at_);
    co_return Opened::yes;
}

std::optional<net::Failed> Session::before_poll(Run& run) {
    if (stage_ == Stage::connect) {
        // Asked before libpq does, since the kernel tells an error once and libpq keeps only its words.
        if (const auto error = socket_error(descriptor())) {
            auto failed = net::connect_failure(error);
            net::note_handshake(run, failed.cause);
            return failed;
        }
        net::note_handshake(run, std::nullopt);
        return connected(run);
    }
    auto failed = peek();
    // A server that cannot even start a session says so instead of answering the request for TLS.
    if (failed && stage_ == Stage::handshake && is_servers(failed->cause)) run.begin(phase::authenticate);
    return failed;
}

std::optional<net::Failed> Session::connected(Run& run) {
    net::note_kernel_facts(run.outcome, descriptor());
    net::ask_for_arrivals(descriptor());
    if (!first_failure_) {
        run.arrived(net::answered_at(called_, run.outcome));
        Attempt attempt;
        attempt.address = address_;
        attempt.duration = Clock::now() - started_;
        run.outcome.attempts.push_back(std::move(attempt));
        run.outcome.address = address_;
        run.outcome.fact(net::facts::kTcpFamily, address_.starts_with('[') ? "IPv6" : "IPv4");
    }
    const bool tls = first_failure_ ? !login_.tls_first() : login_.tls_first();
    stage_ = tls ? Stage::handshake : Stage::authenticate;
    count_from_here(tls ? kMaxHandshake : kMaxAnswer);
    if (tls || run.logs_in()) run.begin(tls ? phase::handshake : phase::authenticate);
    const auto& certificate = login_.tls.certificate_file;
    if (!tls || certificate.empty() || access(certificate.c_str(), R_OK) == 0) return std::nullopt;
    return net::Failed(Cause::local_error, "client certificate " + certificate + ": " + std::strerror(errno));
}

std::optional<net::Failed> Session::after_poll(Run& run, PostgresPollingStatusType next) {
    if (next == PGRES_POLLING_FAILED) return broken(run);
    if (connects_anew()) return fall_back(run);
    if (auto failed = check_received()) return failed;
    if (stage_ != Stage::handshake) return std::nullopt;
    auto* ssl = static_cast<SSL*>(PQsslStruct(connection_.get(), "OpenSSL"));
    if (ssl != nullptr && !tls_began()) watch_->attach(ssl);
    if (PQstatus(connection_.get()) == CONNECTION_SSL_STARTUP) {
        asked_for_tls_ = true;
        return std::nullopt;
    }
    if (!asked_for_tls_) return std::nullopt;
    return end_handshake(run);
}

// The handshake is over, or the server has answered that it speaks no TLS (sslmode=prefer goes on without).
// Nothing of the login has been sent.
std::optional<net::Failed> Session::end_handshake(Run& run) {
    if (!tls_began()) run.peer_said("N: no TLS");
    if (tls_began()) {
        watch_->add_facts(run.outcome);
        say_handshake(run, std::nullopt);
        if (auto objection = watch_->objection()) {
            net::say_objection(run, *objection);
            return objection;
        }
        if (received_at_) received_at_ = std::max(received_at_, watch_->last_sent());
    }
    run.arrived(received_at_);
    stage_ = Stage::authenticate;
    count_from_here(kMaxAnswer);
    if (run.logs_in()) run.begin(phase::authenticate);
    return std::nullopt;
}

// A server of TLS 1.3 says only after the handshake what it thinks of a client's certificate; silence for a
// moment counts as acceptance, since a login would come next.
asio::awaitable<Opened> Session::stop_before_login(Run& run) {
    const bool shown = tls_began() && !login_.tls.certificate_file.empty();
    if (!shown) co_return Opened::yes;
    const auto facts = net::kernel_facts(descriptor());
    const auto round_trips = facts ? 4 * facts->rtt : std::chrono::microseconds::zero();
    const auto limit = std::min(run.deadline(), Clock::now() + kVerdictWait + round_trips);
    const auto ready = co_await wait(WaitFor::read, limit);
    if (ready == net::Ready::timed_out) co_return Opened::yes;
    std::array<char, 64> bytes{};
    watch_->peek(bytes);
    if (watch_->alerted()) co_return give_up(run, watch_->failure(0));
    co_return Opened::yes;
}

// A second connection is under way, after a failed handshake or a refused login (sslmode prefer and allow).
bool Session::connects_anew() const {
    if (first_failure_) return false;  // libpq does so once
    const auto status = PQstatus(connection_.get());
    if (status == CONNECTION_STARTED || status == CONNECTION_NEEDED) return true;
    // The beginning of a complaint stands there from the start; a whole one ends its line.
    const bool complained = std::strchr(PQerrorMessage(connection_.get()), '\n') != nullptr;
    return status == CONNECTION_MADE && complained && PQsslInUse(connection_.get()) == 0;
}

// libpq would try again after any refusal. A wrong password or a full server is refused the same way twice,
// so only what may depend on TLS is worth a second connection: the handshake itself, and the server's host
// rules (28000).
std::optional<net::Failed> Session::fall_back(Run& run) {
    auto failed = broken(run);
    if (stage_ == Stage::authenticate && failed.cause != Cause::postgres_not_authorized) return failed;
    first_failure_ = std::move(failed);
    first_phase_ = run.current_phase();
    watch_.reset();
    stage_ = Stage::connect;
    asked_for_tls_ = false;
    saw_reset_ = false;
    saw_end_ = false;
    run.begin(phase::connect);
    return std::nullopt;
}

Opened Session::give_up(Run& run, net::Failed failed) {
    if (waiter_.is_open()) waiter_.release();
    if (stage_ == Stage::connect && !first_failure_) {
        Attempt attempt;
        attempt.address = address_;
        attempt.failed = failed.cause;
        attempt.duration = Clock::now() - started_;
        run.outcome.attempts.push_back(std::move(attempt));
        failure_ = std::move(failed);
        failure_.detail = address_ + ": " + failure_.detail;
        return Opened::unreachable;
    }
    // Of two failed tries the first is what the target asks for; the second was only libpq's way out.
    if (first_failure_) {
        run.begin(first_phase_);
        failed = *first_failure_;
    }
    failure_ = std::move(failed);
    return Opened::failed;
}

net::Failed Session::timed_out() const {
    const auto spent = format_duration(Clock::now() - started_);
    if (stage_ == Stage::connect) {
        std::string words = "no answer within " + spent;
        if (const auto facts = net::kernel_facts(descriptor()); facts && facts->total_retransmits > 0) {
            words += " (SYN sent " + std::to_string(facts->total_retransmits + 1) + " times)";
        }
        return {Cause::tcp_timeout, std::move(words)};
    }
    if (stage_ == Stage::authenticate) {
        return {Cause::peer_timeout, "connected, but not logged in within the time limit"};
    }
    if (tls_began()) return {Cause::tls_timeout, "the TLS handshake was not finished within the time limit"};
    return {Cause::peer_timeout, "connected, but no answer to the request for TLS"};
}

// Why libpq gave up, from the best witness there is.
net::Failed Session::broken(Run& run) {
    if (stage_ == Stage::handshake && tls_began()) {
        watch_->add_facts(run.outcome);
        auto failed = watch_->failure(was_reset() ? ECONNRESET : 0);
        say_handshake(run, failed);
        return failed;
    }
    if (tls_began() && watch_->alerted()) return watch_->failure(0);
    auto failed = login_failure(PQerrorMessage(connection_.get()));
    if (failed.cause == Cause::peer_closed && was_reset()) {
        failed = net::Failed(Cause::peer_reset, "connection reset by the peer");
    }
    if (stage_ == Stage::handshake && is_servers(failed.cause)) run.begin(phase::authenticate);
    if (trace_ && is_servers(failed.cause)) trace_->answered("ErrorResponse " + failed.detail);
    if (trace_ && failed.cause == Cause::peer_garbage) trace_->no_answer(heard_);
    return failed;
}

// libpq calls a reset and an orderly end by the same words; the kernel knows which it is, and an end comes to
// be seen here before libpq sees it. A reset may come while libpq is at work.
bool Session::was_reset() const {
    const std::string_view words = PQerrorMessage(connection_.get());
    return saw_reset_ || (!saw_end_ && words.find("server closed the connection") != std::string_view::npos);
}

// Looks at what libpq will read, without taking it: all of it, since libpq answers whatever it has read in
// one go. libpq starts a TLS handshake on any 'S', although a server that means it waits for the client then:
// SSH begins with an 'S' too. And it drops the words of a server that answers the request for TLS with an
// error.
std::optional<net::Failed> Session::peek() {
    std::array<char, 65536> bytes;
    const auto so_far = received_bytes(descriptor());
    const auto [count, at] = net::receive(descriptor(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && errno == ECONNRESET) saw_reset_ = true;
    if (count == 0) saw_end_ = true;
    if (count <= 0) return std::nullopt;
    received_at_ = at;
    received_at_look_ = so_far;
    const std::string_view seen(bytes.data(), static_cast<std::size_t>(count));
    if (stage_ == Stage::authenticate) {
        peek_at_login(encrypted() ? watch_->peek(bytes) : seen);
        return std::nullopt;
    }
    if (!tls_began()) keep_heard(seen);
    if (!asked_for_tls_ || tls_began() || seen.size() == 1) return std::nullopt;
    if (seen[0] == 'E') return error_message_failure(seen);
    if (seen[0] != 'S') return std::nullopt;
    if (trace_) trace_->no_answer(heard_);
    return net::Failed(Cause::peer_garbage, "the answer to the request for TLS is not PostgreSQL's: " +
                                                peer_words(seen.substr(0, 64)));
}

void Session::peek_at_login(std::string_view seen) {
    if (trace_) trace_->arriving(seen);
    keep_heard(seen);
    authentication_.see(seen, encrypted() && login_.channel_binding != "disable");
    if (PQstatus(connection_.get()) != CONNECTION_OK) order_.see(seen);
}

// What waits to be read belongs to what begins here.
void Session::count_from_here(std::uint64_t most) {
    most_ = most;
    received_at_.reset();
    const auto received = received_bytes(descriptor());
    int unread = 0;
    if (ioctl(descriptor(), FIONREAD, &unread) != 0) unread = 0;
    received_before_ = received - std::min(received, static_cast<std::uint64_t>(unread));
}

std::optional<net::Failed> Session::check_received() {
    const auto received = received_bytes(descriptor());
    if (received != received_at_look_) received_at_.reset();
    if (received <= received_before_ + most_) return std::nullopt;
    return net::Failed(Cause::peer_too_large, "more than " + std::to_string(most_) + " bytes received");
}

}  // namespace plumb::postgres
