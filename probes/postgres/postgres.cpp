#include "probes/postgres/postgres.hpp"

#include "base/text.hpp"
#include "probes/net/dial.hpp"
#include "probes/postgres/bouncer.hpp"
#include "probes/postgres/catalog.hpp"
#include "probes/postgres/facts.hpp"
#include "probes/postgres/front.hpp"
#include "probes/postgres/inspect.hpp"
#include "probes/postgres/login.hpp"
#include "probes/postgres/needed_role.hpp"
#include "probes/postgres/session.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace plumb {
namespace {

namespace asio = boost::asio;
using namespace postgres;

constexpr std::chrono::milliseconds kLeastShare{250};
// PgBouncer lists a line for each pair of database and user.
constexpr std::uint64_t kMaxConsoleAnswer = 1 << 20;

class PostgresProbe final : public Probe {
  public:
    PostgresProbe(Login login, bool several_hosts, Services& services)
        : login_(std::move(login)), several_hosts_(several_hosts), services_(services) {
        if (!login_.may_use_tls()) return;
        // The client certificate is libpq's to load: it never asks a terminal for the key's password.
        auto options = login_.tls;
        options.certificate_file.clear();
        options.key_file.clear();
        tls_.emplace(std::move(options));
    }

    asio::awaitable<void> run(Run& run) override {
        std::optional<Session> session;
        co_await walk(run, session);
        if (session && session->descriptor() >= 0) net::note_kernel_facts(run.outcome, session->descriptor());
        hide_secrets(run.outcome);
    }

  private:
    asio::awaitable<void> walk(Run& run, std::optional<Session>& session);
    asio::awaitable<bool> open(Run& run, std::optional<Session>& session);
    void note_login(Run& run, const Session& session) const;
    static void note_refused_login(Run& run, const Session& session);
    // Nothing: the connection broke, and the run has failed.
    asio::awaitable<std::optional<Reply>> ask(Run& run, Session& session, std::string sql,
                                              std::uint64_t most = kMaxAnswer) const;
    asio::awaitable<bool> query(Run& run, Session& session);
    asio::awaitable<void> inspect(Run& run, Session& session);
    asio::awaitable<bool> query_console(Run& run, Session& session);
    asio::awaitable<void> inspect_console(Run& run, Session& session);
    Server describe(const Session& session) const;
    void fail(Run& run, const net::Failed& failed) const;
    std::string scrubbed(std::string_view words) const;
    void hide_secrets(Outcome& outcome) const;
    void hide_secrets(std::vector<Table>& tables) const;

    Login login_;
    bool several_hosts_;
    Services& services_;
    std::optional<net::TlsSettings> tls_;
    Refusals refusals_;
};

Clock::duration left_of(const Run& run) {
    return std::max(run.deadline() - Clock::now(), Clock::duration::zero());
}

// Of several addresses the run reports the first; "no route" of a fallback family says less than any other.
void choose_failure(std::optional<net::Failed>& chosen, const net::Failed& next) {
    if (!chosen || (chosen->cause == Cause::tcp_unreachable && next.cause != Cause::tcp_unreachable))
        chosen = next;
}

asio::awaitable<void> PostgresProbe::walk(Run& run, std::optional<Session>& session) {
    const bool opened = co_await open(run, session);
    if (!opened || !run.logs_in()) co_return;
    note_login(run, *session);
    if (is_console(session->server_version())) {
        const bool answered = co_await query_console(run, *session);
        if (answered && run.inspects()) co_await inspect_console(run, *session);
        co_return;
    }
    const bool answered = co_await query(run, *session);
    if (answered && run.inspects()) co_await inspect(run, *session);
}

asio::awaitable<bool> PostgresProbe::open(Run& run, std::optional<Session>& session) {
    const auto addresses = co_await net::resolve_phase(run, services_, login_.host);
    if (several_hosts_ && run.outcome.note.empty())
        run.outcome.note = "of several hosts only the first is probed";
    if (addresses.empty()) co_return false;
    run.begin(phase::connect);
    std::optional<net::Failed> chosen;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto left = left_of(run);
        const auto share = left / static_cast<int>(addresses.size() - i);
        const auto limit = Clock::now() + std::max(share, std::min<Clock::duration>(left, kLeastShare));
        session.emplace(services_.executor, login_, tls_ ? &*tls_ : nullptr);
        const auto opened = co_await session->open(run, addresses[i], limit);
        if (opened == Opened::yes) co_return true;
        if (opened == Opened::failed) {
            note_refused_login(run, *session);
            fail(run, session->failure());
            co_return false;
        }
        choose_failure(chosen, session->failure());
        const bool local = chosen->cause == Cause::local_descriptors || chosen->cause == Cause::local_memory;
        if (local || Clock::now() >= run.deadline()) break;
    }
    fail(run, *chosen);
    co_return false;
}

// A run that stops before the login does not know yet whether the server's rules will have it encrypted.
void PostgresProbe::note_login(Run& run, const Session& session) const {
    run.outcome.fact(facts::kSsl, session.encrypted() ? "on" : "off");
    if (const auto how = session.authentication(); !how.empty())
        run.outcome.fact(facts::kAuthentication, how);
    if (const auto& reason = session.fell_back()) {
        const auto words = std::string(to_string(reason->cause)) + ": " + scrubbed(reason->detail);
        run.outcome.fact(facts::kSslFallback, sanitize(words, kMaxFactValue));
    }
}

// Of two tries, with TLS and without, nothing is said: the failure is the first one's.
void PostgresProbe::note_refused_login(Run& run, const Session& session) {
    if (session.reached_login() && !session.fell_back())
        run.outcome.fact(facts::kSsl, session.encrypted() ? "on" : "off");
    if (const auto how = session.authentication(); !how.empty())
        run.outcome.fact(facts::kAuthentication, how);
}

asio::awaitable<std::optional<Reply>> PostgresProbe::ask(Run& run, Session& session, std::string sql,
                                                         std::uint64_t most) const {
    auto reply = co_await session.ask(std::move(sql), run.deadline(), most);
    run.arrived(session.received_at());
    if (!reply) {
        fail(run, reply.error());
        co_return std::nullopt;
    }
    if (reply->refusal) reply->refusal->detail = scrubbed(reply->refusal->detail);
    hide_secrets(reply->tables);
    co_return std::move(*reply);
}

// The smallest question there is: its time less the network's round trip is the server's share.
asio::awaitable<bool> PostgresProbe::query(Run& run, Session& session) {
    run.begin(phase::query);
    auto sql = query_sql(left_of(run), login_.needed_role != NeededRole::any);
    const auto reply = co_await ask(run, session, std::move(sql));
    if (!reply) co_return false;
    if (reply->refusal) {
        fail(run, *reply->refusal);
    } else if (reply->tables.size() != 1 || reply->tables.front().cell("one") != "1") {
        fail(run, net::Failed(Cause::peer_unexpected, "the answer to SELECT 1 is not 1"));
    } else if (const auto other = other_than(login_.needed_role, reply->tables.front())) {
        fail(run, *other);
    } else {
        co_return true;
    }
    co_return false;
}

// A server that keeps its statistics to itself is no failure: the app does not ask for them. A connection
// that breaks, or an answer that does not come in time, is one.
asio::awaitable<void> PostgresProbe::inspect(Run& run, Session& session) {
    run.begin(phase::inspect);
    Inspection inspection(describe(session), refusals_);
    for (auto sql = inspection.next(left_of(run)); sql; sql = inspection.next(left_of(run))) {
        const auto reply = co_await ask(run, session, std::move(*sql));
        if (!reply) co_return;
        if (const auto failed = inspection.take(*reply, run.outcome)) {
            fail(run, *failed);
            co_return;
        }
    }
}

asio::awaitable<bool> PostgresProbe::query_console(Run& run, Session& session) {
    run.begin(phase::query);
    read_console_version(scrubbed(session.server_version()), run.outcome);
    const auto reply = co_await ask(run, session, std::string(kConsoleQuery));
    if (reply && reply->refusal) fail(run, *reply->refusal);
    co_return reply && !reply->refusal;
}

asio::awaitable<void> PostgresProbe::inspect_console(Run& run, Session& session) {
    run.begin(phase::inspect);
    std::array<Table, kConsoleInspection.size()> tables;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        std::string command(kConsoleInspection[i]);
        const auto reply = co_await ask(run, session, std::move(command), kMaxConsoleAnswer);
        if (!reply) co_return;
        if (reply->refusal) run.outcome.fact(facts::kInspectionRefused, reply->refusal->detail);
        if (!reply->tables.empty()) tables[i] = reply->tables.front();
    }
    read_console(tables[0], tables[1], tables[2], run.outcome);
}

Server PostgresProbe::describe(const Session& session) const {
    Server server;
    server.version = session.version_number();
    server.key_pid = session.key_pid();
    server.pgbouncer = session.let_in_by_pgbouncer();
    server.size_limit = login_.size_limit;
    server.proxy_host = is_rds_proxy(login_.host);
    return server;
}

void PostgresProbe::fail(Run& run, const net::Failed& failed) const {
    run.fail(failed.cause, scrubbed(failed.detail));
}

// A peer may echo what it was sent.
std::string PostgresProbe::scrubbed(std::string_view words) const {
    const std::array<std::string_view, 2> secrets{login_.password.reveal(), login_.key_password.reveal()};
    return scrub(words, secrets);
}

void PostgresProbe::hide_secrets(Outcome& outcome) const {
    for (auto& fact : outcome.facts)
        fact.value = scrubbed(fact.value);
}

// Before they are cut, after which a piece of a secret would be left that nobody knows again. What is short
// stays whole until it is a fact, or is a number: a password may be one, too.
void PostgresProbe::hide_secrets(std::vector<Table>& tables) const {
    constexpr std::size_t kNeverCut = 32;
    for (auto& table : tables) {
        for (auto& row : table.rows) {
            for (auto& cell : row) {
                if (cell && cell->size() > kNeverCut) cell = scrubbed(*cell);
            }
        }
    }
}

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto login = read_login(target.url, LoginDefaults::from_environment());
    if (!login) return login.error();
    const bool several = !target.url.other_hosts.empty();
    return std::unique_ptr<Probe>(std::make_unique<PostgresProbe>(std::move(*login), several, services));
}

}  // namespace

const Kind& postgres_kind() {
    static const Kind kind = [] {
        Kind made;
        made.name = "postgres";
        // Besides libpq's two schemes: how SQLAlchemy, Django and PHP name the same thing.
        for (const std::string_view scheme :
             {"postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg", "postgresql+asyncpg",
              "postgresql+pg8000", "postgis", "pgsql"}) {
            made.schemes.push_back({scheme, 5432, false});
        }
        const auto options = login_options();
        made.options.assign(options.begin(), options.end());
        made.logs_in = true;
        made.make = make;
        made.catalog = catalog();
        return made;
    }();
    return kind;
}

}  // namespace plumb
