// Session's second half: a question and its answers on an open session, and what the session knows of itself.
#include "probes/net/tls_words.hpp"
#include "probes/postgres/failure.hpp"
#include "probes/postgres/session.hpp"

#include <cerrno>

namespace plumb::postgres {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxResults = 16;

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, Clear>;

std::string text(const char* words) {
    return words == nullptr ? std::string{} : std::string(words);
}

Table read_table(const PGresult* result) {
    Table table;
    const int columns = PQnfields(result);
    for (int column = 0; column < columns; ++column)
        table.columns.emplace_back(text(PQfname(result, column)));
    for (int row = 0; row < PQntuples(result); ++row) {
        auto& cells = table.rows.emplace_back();
        for (int column = 0; column < columns; ++column) {
            if (PQgetisnull(result, row, column) != 0) {
                cells.emplace_back(std::nullopt);
            } else {
                const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
                cells.emplace_back(std::string(PQgetvalue(result, row, column), size));
            }
        }
    }
    return table;
}

// FATAL and PANIC end the session, also where the server is slow to close it.
bool ends_session(const PGresult* result) {
    const auto severity = text(PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED));
    return severity == "FATAL" || severity == "PANIC";
}

net::Failed unanswered() {
    return {Cause::peer_timeout, "no complete answer to the query within the time limit"};
}

// Takes one result into the reply. Error: the peer speaks of something that was not asked for.
net::IoResult<void> take(const PGresult* result, Reply& reply) {
    switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
            reply.tables.push_back(read_table(result));
            return {};
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
        case PGRES_NONFATAL_ERROR:
            return {};
        case PGRES_FATAL_ERROR:
        case PGRES_BAD_RESPONSE: {
            const auto state = text(PQresultErrorField(result, PG_DIAG_SQLSTATE));
            const auto words = text(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
            if (!reply.refusal) reply.refusal = server_failure(state, words);
            reply.ended = ends_session(result);
            return {};
        }
        default:
            return net::Failed(Cause::peer_garbage, "the server answered a query with a copy or a pipeline");
    }
}

}  // namespace

// False: the connection broke.
bool Session::consume() {
    if (watch_) watch_->begin_call();
    return PQconsumeInput(connection_.get()) != 0;
}

asio::awaitable<net::IoResult<void>> Session::flush(Clock::time_point deadline) {
    while (true) {
        const int left = PQflush(connection_.get());
        if (left == 0) co_return net::IoResult<void>();
        if (left < 0) co_return lost();
        // A server may wait to be read before it reads, so what has come is taken in either way.
        const auto ready = co_await wait(WaitFor::write, deadline);
        if (ready == net::Ready::timed_out) co_return unanswered();
        if (!consume()) co_return lost();
    }
}

// Waits until libpq has the next result, or knows that there is none.
asio::awaitable<net::IoResult<void>> Session::fill(Clock::time_point deadline) {
    while (PQisBusy(connection_.get()) != 0) {
        const auto ready = co_await wait(WaitFor::read, deadline);
        if (ready == net::Ready::timed_out) co_return unanswered();
        peek();  // for when it came, and how the connection ends
        if (!consume()) co_return lost();
        if (auto failed = check_received()) co_return std::move(*failed);
    }
    co_return net::IoResult<void>();
}

asio::awaitable<net::IoResult<Reply>> Session::ask(std::string sql, Clock::time_point deadline,
                                                   std::uint64_t most) {
    count_from_here(most);
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) co_return lost();
    const auto sent = co_await flush(deadline);
    if (!sent) co_return sent.error();
    Reply reply;
    for (std::size_t count = 0; count < kMaxResults; ++count) {
        const auto filled = co_await fill(deadline);
        // What the server has said of itself tells more than how the connection ends after it.
        if (!filled && reply.refusal) {
            reply.ended = true;
            co_return reply;
        }
        if (!filled) co_return filled.error();
        const ResultPtr result(PQgetResult(connection_.get()));
        if (!result) {
            if (PQstatus(connection_.get()) != CONNECTION_BAD) co_return reply;
            if (!reply.refusal) co_return lost();
            reply.ended = true;
            co_return reply;
        }
        // An error without a code is libpq's own complaint about the peer or the connection.
        const bool error = PQresultStatus(result.get()) == PGRES_FATAL_ERROR;
        if (error && PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) == nullptr) co_return lost();
        const auto taken = take(result.get(), reply);
        if (!taken) co_return taken.error();
        if (reply.ended) co_return reply;
    }
    co_return net::Failed(Cause::peer_garbage, "more answers than statements");
}

net::Failed Session::lost() {
    if (was_reset()) return {Cause::peer_reset, "connection reset by the peer"};
    if (tls_began() && watch_->alerted()) return watch_->failure(0);
    return login_failure(PQerrorMessage(connection_.get()));
}

void Session::say_handshake(Run& run, const std::optional<net::Failed>& failed) const {
    if (!run.listens()) return;
    run.peer_said("S: TLS");
    net::say_client_hello(run, tls_->options());
    net::say_server_hello(run, failed, failed && failed->cause != Cause::peer_closed);
}

bool Session::encrypted() const {
    return PQsslInUse(connection_.get()) != 0 || (reached_login() && tls_began());
}

int Session::descriptor() const {
    return PQsocket(connection_.get());
}

std::string Session::server_version() const {
    const char* words = PQparameterStatus(connection_.get(), "server_version");
    return words == nullptr ? "" : words;
}

int Session::version_number() const {
    return PQserverVersion(connection_.get());
}

int Session::key_pid() const {
    return PQbackendPID(connection_.get());
}

}  // namespace plumb::postgres
