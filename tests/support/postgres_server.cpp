#include "tests/support/postgres_server.hpp"

#include "tests/support/sockets.hpp"

#include <chrono>
#include <filesystem>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <libpq-fe.h>

namespace plumb::test {
namespace {

constexpr const char* kUser = "postgres";  // who runs the server when the test is root
constexpr std::chrono::seconds kLimit{60};

// Hands a file or directory to the user that runs the server; PostgreSQL refuses to run as root.
void hand_over(const std::string& path) {
    if (geteuid() != 0) return;
    const passwd* entry = getpwnam(kUser);
    if (entry == nullptr || lchown(path.c_str(), entry->pw_uid, entry->pw_gid) != 0) {
        throw std::system_error(errno, std::system_category(), "chown " + path);
    }
}

void run_as_server(const std::vector<std::string>& command, const std::string& output) {
    ChildSpec spec;
    spec.command = command;
    spec.unprivileged_user = kUser;
    spec.directory = "/";
    spec.output_file = output;
    ChildProcess child(spec);
    if (child.wait(kLimit) != 0) throw std::runtime_error(command[0] + " failed: " + read_whole(output));
}

// What initdb made, for every server of this process to copy.
const std::string& cluster_template() {
    static const TempDir dir;
    static const std::string data = [] {
        hand_over(dir.path().string());
        const auto path = dir.file("data");
        run_as_server({postgres_bin() + "/initdb", "-D", path, "-U", "admin", "-A", "trust", "-E", "UTF8",
                       "--locale", "C", "--no-sync", "--no-instructions", "--wal-segsize=1"},
                      dir.file("initdb.log"));
        return path;
    }();
    return data;
}

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

Connection connect_or_throw(const std::string& conninfo) {
    Connection connection(PQconnectdb(conninfo.c_str()));
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
    return connection;
}

}  // namespace

PostgresServer::PostgresServer(PostgresSpec spec)
    : spec_(std::move(spec)), data_(dir_.file("data")), log_file_(dir_.file("log")) {
    hand_over(dir_.path().string());
    if (spec_.primary == nullptr) {
        run_as_server({"/bin/cp", "-a", cluster_template(), data_}, dir_.file("cp.log"));
    } else {
        run_as_server({postgres_bin() + "/pg_basebackup", "-D", data_, "-h", spec_.primary->socket_dir(),
                       "-p", std::to_string(spec_.primary->port()), "-U", "admin", "-c", "fast", "--no-sync"},
                      dir_.file("copy.log"));
    }
    write_files();
    start();
    if (!spec_.setup.empty()) sql(spec_.setup);
}

void PostgresServer::prepare() {
    cluster_template();
}

PostgresServer::~PostgresServer() {
    stop();
}

void PostgresServer::stop() {
    thaw();
    process_->signal(SIGINT);  // fast shutdown: sessions are ended, nothing is waited for
    process_->wait(std::chrono::seconds(20));
}

void PostgresServer::kill() {
    process_->signal(SIGKILL);
    process_->wait(kLimit);
}

void PostgresServer::freeze() const {
    process_->signal(SIGSTOP);
}

void PostgresServer::thaw() const {
    process_->signal(SIGCONT);
}

void PostgresServer::write_files() {
    std::string conf = "listen_addresses = '" + spec_.address +
                       "'\nfsync = off\nautovacuum = off\nshared_buffers = 2MB\nmax_wal_size = 32MB\n"
                       "unix_socket_directories = '" +
                       socket_dir() + "'\n";
    if (spec_.logs_sessions) conf += "log_connections = on\nlog_disconnections = on\n";
    if (spec_.primary != nullptr) {
        conf += "primary_conninfo = 'host=''" + spec_.primary->socket_dir() +
                "'' port=" + std::to_string(spec_.primary->port()) + " user=admin'\n";
    }
    if (spec_.identity) {
        dir_.write("server.crt", spec_.identity->certificate);
        const auto key = dir_.write("server.key", spec_.identity->key);
        std::filesystem::permissions(key, std::filesystem::perms::owner_read);
        hand_over(key);
        conf += "ssl = on\nssl_cert_file = '" + dir_.file("server.crt") + "'\nssl_key_file = '" + key + "'\n";
    }
    if (!spec_.client_authority.empty()) {
        conf += "ssl_ca_file = '" + dir_.write("clients.crt", spec_.client_authority) + "'\n";
    }
    for (const auto& line : spec_.settings)
        conf += line + "\n";
    if (spec_.refuses_sessions) conf += "hot_standby = off\n";
    dir_.write("data/postgresql.conf", conf);
    dir_.write("data/pg_hba.conf", "local all,replication admin trust\n" + spec_.hba);
    if (spec_.standby || spec_.refuses_sessions || spec_.primary != nullptr)
        dir_.write("data/standby.signal", "");
    for (const char* name : {"postgresql.conf", "pg_hba.conf", "standby.signal"}) {
        const auto path = data_ + "/" + name;
        if (std::filesystem::exists(path)) hand_over(path);
    }
}

void PostgresServer::start() {
    for (int tries = 0; tries < 5; ++tries) {
        port_ = spec_.port != 0 ? spec_.port : free_port();
        ChildSpec spec;
        spec.command = {postgres_bin() + "/postgres", "-D", data_, "-p", std::to_string(port_)};
        spec.unprivileged_user = kUser;
        spec.directory = "/";
        spec.output_file = log_file_;
        process_ = std::make_unique<ChildProcess>(spec);
        try {
            return await_ready();
        } catch (const std::runtime_error&) {
            // Another process may have taken the port in between.
            if (log().find("Address already in use") == std::string::npos) throw;
        }
    }
    throw std::runtime_error("PostgreSQL finds no free port");
}

void PostgresServer::await_ready() {
    const auto conninfo = admin_conninfo("postgres");
    const auto wanted = spec_.refuses_sessions ? PQPING_REJECT : PQPING_OK;
    const auto until = std::chrono::steady_clock::now() + kLimit;
    while (PQping(conninfo.c_str()) != wanted) {
        if (!process_->running() || std::chrono::steady_clock::now() >= until) {
            throw std::runtime_error("PostgreSQL does not start: " + log());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

std::string PostgresServer::admin_conninfo(const std::string& database) const {
    return "host='" + socket_dir() + "' port=" + std::to_string(port_) + " user=admin dbname='" + database +
           "'";
}

std::string PostgresServer::sql(const std::string& text, const std::string& database) const {
    const auto connection = connect_or_throw(admin_conninfo(database));
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), text.c_str()),
                                                               PQclear);
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK) return {};
    if (status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string{};
}

void PostgresServer::await_log(const std::string& text, std::size_t from) const {
    const auto until = std::chrono::steady_clock::now() + kLimit;
    while (log().find(text, from) == std::string::npos) {
        if (std::chrono::steady_clock::now() >= until)
            throw std::runtime_error("the log never says: " + text);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

void PostgresServer::await_sql(const std::string& text, const std::string& answer) const {
    const auto until = std::chrono::steady_clock::now() + kLimit;
    while (sql(text) != answer) {
        if (std::chrono::steady_clock::now() >= until)
            throw std::runtime_error("never " + answer + ": " + text);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

PostgresServer::Held::Held(const std::string& conninfo) : connection_(connect_or_throw(conninfo).release()) {}

PostgresServer::Held::Held(Held&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

PostgresServer::Held::~Held() {
    PQfinish(static_cast<PGconn*>(connection_));
}

void PostgresServer::Held::run(const std::string& sql) const {
    auto* connection = static_cast<PGconn*>(connection_);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection, sql.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(PQerrorMessage(connection));
}

void PostgresServer::Held::run(const std::string& sql, std::chrono::milliseconds limit) const {
    auto* connection = static_cast<PGconn*>(connection_);
    if (PQsendQuery(connection, sql.c_str()) != 1) throw std::runtime_error(PQerrorMessage(connection));
    const auto until = std::chrono::steady_clock::now() + limit;
    while (PQisBusy(connection) == 1) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd socket{PQsocket(connection), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&socket, 1, static_cast<int>(left.count())) == 0)
            throw std::runtime_error(sql + " is not answered within " + std::to_string(limit.count()) +
                                     " ms");
        if (PQconsumeInput(connection) != 1) throw std::runtime_error(PQerrorMessage(connection));
    }
    bool failed = false;
    while (auto* result = PQgetResult(connection)) {
        const auto status = PQresultStatus(result);
        failed |= status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
        PQclear(result);
    }
    if (failed) throw std::runtime_error(PQerrorMessage(connection));
}

PostgresServer::Held PostgresServer::hold(const std::string& user, const std::string& password) const {
    return Held("host=" + spec_.address + " port=" + std::to_string(port_) + " user=" + user + " password='" +
                password + "' dbname=postgres");
}

}  // namespace plumb::test
