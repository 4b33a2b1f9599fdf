// One connection to one address of a Postgres server: libpq driven without ever blocking.
//
// Call order: open() once, begun in phase `connect`; after Opened::yes, if the run logs in, any number of
// ask(), one at a time; then destruction, which sends Terminate when the session is idle and just closes
// otherwise. libpq cannot be cancelled within a time limit, so a deadline ends the connection, and SET LOCAL
// statement_timeout ends what the server does.
//
// REQUIRES: `login` and `tls` outlive the session. Throws system_error(operation_aborted) when cancelled.
#pragma once

#include "probes/net/error.hpp"
#include "probes/net/ready.hpp"
#include "probes/postgres/answer.hpp"
#include "probes/postgres/authentication.hpp"
#include "probes/postgres/front.hpp"
#include "probes/postgres/handshake_watch.hpp"
#include "probes/postgres/login.hpp"
#include "probes/postgres/trace.hpp"
#include "probes/run.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <libpq-fe.h>

namespace plumb::postgres {

// What a peer may send for one TLS handshake; a long certificate chain takes some 10 KiB.
inline constexpr std::uint64_t kMaxHandshake = 1 << 17;
// And for the login, or for one answer. Either takes less than 2 KiB, libpq takes no error of more than
// 30,000 bytes, and it spends a time on parameters that grows with the square of their number.
inline constexpr std::uint64_t kMaxAnswer = 1 << 15;

enum class Opened {
    yes,
    unreachable,  // TCP did not connect: another address may
    failed,       // it did, and what came then failed
};

class Session {
  public:
    Session(const boost::asio::any_io_executor& executor, const Login& login, const net::TlsSettings* tls);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Begins the phases `handshake` (when TLS is tried) and, in a run that logs in, `authenticate`, and
    // `connect` again where libpq falls back from TLS to plain or the other way (sslmode prefer and allow).
    // Notes the attempt, the address, the kernel's facts and the TLS facts in run.outcome, and tells the run
    // when what a phase waited for arrived. Not Opened::yes: failure() says why.
    boost::asio::awaitable<Opened> open(Run& run, boost::asio::ip::address address,
                                        Clock::time_point connect_deadline);
    const net::Failed& failure() const { return failure_; }

    // Sends `sql` as one message and reads all answers, `most` bytes of them. The error is the connection's;
    // it is dead then.
    boost::asio::awaitable<net::IoResult<Reply>> ask(std::string sql, Clock::time_point deadline,
                                                     std::uint64_t most = kMaxAnswer);

    bool encrypted() const;  // or was, where the login failed
    // TLS was agreed on, or declined, or not asked for; what came then is the login.
    bool reached_login() const { return stage_ == Stage::authenticate; }
    // When the bytes that were read last arrived, by the kernel's time stamp: for Run::arrived(). Nothing
    // where more came in the moment between our look at them and libpq's reading.
    std::optional<Clock::time_point> received_at() const { return received_at_; }
    // What the server said when it let the session in.
    std::string_view authentication() const { return authentication_.method(); }
    bool let_in_by_pgbouncer() const { return order_.is_pgbouncer(); }
    std::string server_version() const;  // its words; "" when it said none
    int version_number() const;          // 150020; 0 when it said none
    int key_pid() const;                 // the process to cancel
    // Negative when the connection is gone.
    int descriptor() const;
    // Why libpq went back on its first choice about TLS, where it did.
    const std::optional<net::Failed>& fell_back() const { return first_failure_; }

  private:
    enum class Stage { connect, handshake, authenticate };
    using WaitFor = net::WaitFor;

    void start(const boost::asio::ip::address& address);
    PostgresPollingStatusType poll(Clock::duration left);
    void follow_socket();
    bool tls_began() const;
    bool has_pending() const;
    boost::asio::awaitable<net::Ready> wait(WaitFor what, Clock::time_point deadline);

    std::optional<net::Failed> before_poll(Run& run);
    std::optional<net::Failed> connected(Run& run);
    std::optional<net::Failed> after_poll(Run& run, PostgresPollingStatusType next);
    std::optional<net::Failed> fall_back(Run& run);
    std::optional<net::Failed> end_handshake(Run& run);
    bool connects_anew() const;
    boost::asio::awaitable<Opened> stop_before_login(Run& run);
    Opened give_up(Run& run, net::Failed failed);
    net::Failed timed_out() const;
    net::Failed broken(Run& run);
    void say_handshake(Run& run, const std::optional<net::Failed>& failed) const;
    std::optional<net::Failed> peek();
    void peek_at_login(std::string_view seen);
    // For the transcript: libpq tells that something was no answer, not what it was.
    void keep_heard(std::string_view seen) {
        constexpr std::size_t kMost = 1024;
        if (trace_) heard_ = seen.substr(0, kMost);
    }
    bool was_reset() const;
    void count_from_here(std::uint64_t most);
    std::optional<net::Failed> check_received();

    bool consume();
    boost::asio::awaitable<net::IoResult<void>> flush(Clock::time_point deadline);
    boost::asio::awaitable<net::IoResult<void>> fill(Clock::time_point deadline);
    net::Failed lost();

    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    boost::asio::posix::stream_descriptor waiter_;
    const Login& login_;
    const net::TlsSettings* tls_;
    std::unique_ptr<HandshakeWatch> watch_;
    std::unique_ptr<Trace> trace_;  // where somebody listens
    std::string heard_;             // what came last before TLS and in the login; likewise
    std::unique_ptr<PGconn, Finish> connection_;
    std::string address_;
    Clock::time_point started_{};
    Clock::time_point called_{};  // the SYN has just gone out
    std::optional<Clock::time_point> received_at_;
    std::uint64_t received_at_look_ = 0;
    std::uint64_t received_before_ = 0;  // the handshake, login or answer that is under way
    std::uint64_t most_ = kMaxAnswer;    // that it may have
    Stage stage_ = Stage::connect;
    Authentication authentication_;
    LoginOrder order_;
    bool asked_for_tls_ = false;
    bool saw_reset_ = false;
    bool saw_end_ = false;
    std::optional<net::Failed> first_failure_;
    std::string_view first_phase_;
    net::Failed failure_;
};

}  // namespace plumb::postgres
