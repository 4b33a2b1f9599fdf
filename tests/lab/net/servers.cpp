#include "tests/lab/net/servers.hpp"

#include "tests/lab/net/shell.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kComesUpWithin = 30s;

std::string file_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line + "\n";
    return text;
}

class Redis : public ProcessBox {
  public:
    Redis(const EnvironmentPlan& plan, const Authorities& authorities) {
        const auto plain = place_of("cache", plan.number);
        const auto secured = place_of("sessions", plan.number);
        const auto issued = issue("sessions", certificate_of(plan, "sessions"), authorities);
        auto lines = std::vector<std::string>{
            fmt::format("bind {} {}", plain.addresses[0], secured.addresses[0]),
            fmt::format("port {}", plain.port),
            fmt::format("tls-port {}", secured.port),
            "tls-cert-file " + folder_.write("server.pem", issued.certificate),
            "tls-key-file " + folder_.write("server.key", issued.key),
            "tls-ca-cert-file " + folder_.write("clients.pem", authorities.trusted.certificate()),
            "tls-auth-clients no",
            "protected-mode no",
            "save \"\"",
            "dir " + folder_.path().string()};
        lines.insert(lines.end(), plan.redis.begin(), plan.redis.end());
        if (plan.redis_loads) {
            make_data();
            lines.insert(lines.end(), {"key-load-delay 10000", "loading-process-events-interval-bytes 1024"});
        }
        start({test::program("redis-server"), folder_.write("redis.conf", file_of(lines))},
              plain.addresses[0], plain.port);
    }

  private:
    // So many keys that loading them, each with a pause, outlasts the scenario.
    void make_data() {
        test::ChildSpec spec;
        spec.command = {test::program("redis-server"),
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        "6399",
                        "--dir",
                        folder_.path().string(),
                        "--enable-debug-command",
                        "local"};
        spec.output_file = folder_.file("log");
        test::ChildProcess seed(spec);
        seed.wait_until_listening(6399);
        must_run({test::program("redis-cli"), "-p", "6399", "debug", "populate", "20000", "key", "100"});
        must_run({test::program("redis-cli"), "-p", "6399", "save"});
    }
};

class PgBouncer : public ProcessBox {
  public:
    explicit PgBouncer(const EnvironmentPlan& plan) {
        const auto place = place_of("pooler", plan.number);
        const auto behind = place_of("database", plan.number);
        const auto users = folder_.write("users", "\"app\" \"" + plan.postgres.password + "\"\n");
        auto lines = std::vector<std::string>{
            "[databases]",
            fmt::format("* = host={} port={}", behind.addresses[0], behind.port),
            "[pgbouncer]",
            "listen_addr = " + place.addresses[0],
            fmt::format("listen_port = {}", place.port),
            "unix_socket_dir =",
            "auth_type = md5",
            "stats_users = app",
            "auth_file = " + users,
        };
        lines.insert(lines.end(), plan.pgbouncer.begin(), plan.pgbouncer.end());
        start({test::program("pgbouncer"), folder_.write("pgbouncer.ini", file_of(lines))},
              place.addresses[0], place.port, "postgres");
    }
};

class Dnsmasq : public ProcessBox {
  public:
    explicit Dnsmasq(const EnvironmentPlan& plan) {
        const auto place = place_of("resolver", plan.number);
        std::vector<std::string> lines{"no-resolv",          "no-hosts",
                                       "keep-in-foreground", "user=root",
                                       "pid-file=",          "listen-address=" + place.addresses[0],
                                       "bind-interfaces",    "local=/internal/",
                                       "local=/example/",    "log-facility=-"};
        for (const auto& [name, answers] : plan.names)
            add_name(name, answers, lines);
        start({test::program("dnsmasq"), "--conf-file=" + folder_.write("dnsmasq.conf", file_of(lines))},
              place.addresses[0], place.port);
    }

  private:
    void add_name(const std::string& name, const NamePlan& answers, std::vector<std::string>& lines) {
        static const std::map<std::string, int> kCodes{{"servfail", 2}, {"refused", 5}, {"silent", 0}};
        if (const auto code = kCodes.find(answers.answer); code != kCodes.end()) {
            lines.push_back(fmt::format("server=/{}/127.0.0.1#{}", name, upstream(code->second)));
        } else if (answers.answer == "no_data") {
            lines.push_back("txt-record=" + name + ",nothing else");
        } else if (answers.answer.empty()) {
            const auto end = chain(name, answers.aliases, lines);
            for (const auto& address : answers.addresses)
                lines.push_back(fmt::format("host-record={},{}", end, address));
        }  // nxdomain: a name that nobody told it
    }

    // The name at the end of a chain of aliases.
    static std::string chain(const std::string& name, int aliases, std::vector<std::string>& lines) {
        std::string from = name;
        for (int i = 1; i <= aliases; ++i) {
            const auto to = fmt::format("alias{}.{}", i, name);
            lines.push_back(fmt::format("cname={},{}", from, to));
            from = to;
        }
        return from;
    }

    // A name server behind this one that answers with that code; never, with 0.
    std::uint16_t upstream(int code) {
        if (code == 0) return upstreams_.emplace_back().port();
        return upstreams_
            .emplace_back([code](const std::string& query) { return test::dns_response(query, code); })
            .port();
    }

    std::list<test::UdpServer> upstreams_;
};

std::string quoted(std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2)
        text.insert(at, "'");
    return "'" + text + "'";
}

void make_database(const test::PostgresServer& server, const PostgresPlan& wanted) {
    server.sql("CREATE ROLE app LOGIN PASSWORD " + quoted(wanted.password) + " IN ROLE pg_monitor");
    server.sql("CREATE DATABASE " + wanted.database + " OWNER app");
    if (!wanted.sql.empty()) server.sql(wanted.sql, wanted.database);
}

test::PostgresSpec postgres_spec(const EnvironmentPlan& plan, const Authorities& authorities) {
    const auto place = place_of("database", plan.number);
    const auto& wanted = plan.postgres;
    test::PostgresSpec spec;
    spec.address = place.addresses[0];
    spec.port = place.port;
    spec.settings = wanted.settings;
    spec.hba = wanted.hba;
    spec.logs_sessions = false;
    spec.refuses_sessions = wanted.starting_up;
    if (wanted.tls) spec.identity = issue("database", certificate_of(plan, "database"), authorities);
    return spec;
}

// Only a local standby reaches it. Its settings are the same: a standby takes no fewer connections.
test::PostgresSpec primary_spec(const PostgresPlan& wanted) {
    test::PostgresSpec spec;
    spec.settings = wanted.settings;
    spec.logs_sessions = false;
    return spec;
}

}  // namespace

PostgresBox::PostgresBox(const EnvironmentPlan& plan, const Authorities& authorities) {
    auto spec = postgres_spec(plan, authorities);
    if (plan.postgres.standby) {
        primary_ = std::make_unique<test::PostgresServer>(primary_spec(plan.postgres));
        make_database(*primary_, plan.postgres);
        spec.primary = primary_.get();
    }
    server_ = std::make_unique<test::PostgresServer>(spec);
    if (!primary_ && !plan.postgres.starting_up) make_database(*server_, plan.postgres);
}

void PostgresBox::signal(int number) {
    if (number == SIGSTOP) return server_->freeze();
    if (number == SIGCONT) return server_->thaw();
    server_->kill();
}

void ProcessBox::start(std::vector<std::string> command, const std::string& address, std::uint16_t port,
                       const std::string& user) {
    test::ChildSpec spec;
    spec.command = std::move(command);
    spec.directory = "/";
    spec.output_file = folder_.file("log");
    spec.unprivileged_user = user;
    process_ = std::make_unique<test::ChildProcess>(spec);
    const auto until = Clock::now() + kComesUpWithin;
    while (!answers_at(address, port)) {
        if (!process_->running() || Clock::now() >= until)
            throw std::runtime_error(spec.command[0] + " does not come up: " + log());
        std::this_thread::sleep_for(5ms);
    }
}

// What is stopped hears no other word.
ProcessBox::~ProcessBox() {
    if (process_ && process_->running()) signal(SIGKILL);
}

void ProcessBox::signal(int number) {
    ::kill(-process_->pid(), number);
}

std::unique_ptr<Server> start_dnsmasq(const EnvironmentPlan& plan) {
    return std::make_unique<Dnsmasq>(plan);
}

std::unique_ptr<Server> start_redis(const EnvironmentPlan& plan, const Authorities& authorities) {
    return std::make_unique<Redis>(plan, authorities);
}

std::unique_ptr<Server> start_pgbouncer(const EnvironmentPlan& plan) {
    return std::make_unique<PgBouncer>(plan);
}

const CertificatePlan& certificate_of(const EnvironmentPlan& plan, const std::string& server) {
    static const CertificatePlan sound;
    const auto found = plan.certificates.find(server);
    return found == plan.certificates.end() ? sound : found->second;
}

test::Issued issue(const std::string& server, const CertificatePlan& plan, const Authorities& authorities) {
    test::CertificateSpec spec;
    spec.common_name = host_of(server);
    spec.dns_names = {plan.problem == "wrong_name" ? "another.internal" : host_of(server)};
    spec.ip_addresses.clear();
    spec.valid_from_days = -30;
    spec.valid_until_days = plan.days;
    if (plan.problem == "expired") spec.valid_until_days = -1;
    if (plan.problem == "not_yet_valid") spec.valid_from_days = 2;
    if (plan.problem == "self_signed") return test::self_signed(spec);
    return (plan.problem == "unknown_authority" ? authorities.stranger : authorities.trusted).issue(spec);
}

test::Descriptor connect_to(const std::string& address, std::uint16_t port) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &place.sin_addr) != 1) throw std::logic_error(address);
    auto socket = test::tcp_socket();
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) socket.reset();
    return socket;
}

bool answers_at(const std::string& address, std::uint16_t port) {
    return connect_to(address, port).valid();
}

}  // namespace plumb::lab
