// A real PostgreSQL on 127.0.0.1, started by the test as an unprivileged user in a directory of its own.
// initdb runs once a process; each server gets a copy. It stops with "fast shutdown" when it is destroyed.
//
// Superuser `admin` comes in without a password over the socket in socket_dir(); over TCP, `hba` decides.
#pragma once

#include "tests/support/certificates.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plumb::test {

class PostgresServer;

struct PostgresSpec {
    std::string address = "127.0.0.1";  // where it listens
    std::uint16_t port = 0;             // 0 takes a free one
    std::vector<std::string> settings;  // lines of postgresql.conf: "max_connections = 8"
    std::string hba = "host all all 127.0.0.1/32 scram-sha-256\n";
    std::optional<Issued> identity;  // switches TLS on
    std::string client_authority;    // PEM: whose client certificates are asked for
    bool logs_sessions = true;       // a line for each that comes, is let in and leaves; not the default
    bool standby = false;            // starts in recovery and stays there
    const PostgresServer* primary = nullptr;  // a standby that follows this one, which outlives it
    bool refuses_sessions = false;  // a standby that lets nobody in: "not yet accepting connections"
    std::string setup;              // SQL, run once before the constructor returns
};

class PostgresServer {
  public:
    explicit PostgresServer(PostgresSpec spec = {});
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    // Runs initdb now: a process that is going to fork has its children share what it made.
    static void prepare();

    std::uint16_t port() const { return port_; }
    std::string socket_dir() const { return dir_.path().string(); }
    std::string log() const { return read_whole(log_file_); }

    // It takes connections and says nothing more, until it thaws or is destroyed.
    void freeze() const;
    void thaw() const;
    void stop();  // until its last process is gone
    void kill();  // at once and without a word; its sessions end with it

    // How `admin` comes in.
    std::string admin_conninfo(const std::string& database) const;

    // First column of the first row, "" when there is none; throws with the server's words when it fails.
    std::string sql(const std::string& text, const std::string& database = "postgres") const;

    // Until the log says so (from the given place on), or the query answers so; throws when it never does.
    void await_log(const std::string& text, std::size_t from = 0) const;
    void await_sql(const std::string& text, const std::string& answer) const;

    // A session that stays open and takes a slot; throws when it is refused.
    class Held {
      public:
        explicit Held(const std::string& conninfo);
        ~Held();
        Held(Held&& other) noexcept;
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        void run(const std::string& sql) const;  // throws when it fails
        // Throws, too, when it takes longer: a pooler lets a session wait for its turn.
        void run(const std::string& sql, std::chrono::milliseconds limit) const;

      private:
        void* connection_;
    };
    Held hold(const std::string& user, const std::string& password) const;

  private:
    void write_files();
    void start();
    void await_ready();

    TempDir dir_;
    PostgresSpec spec_;
    std::string data_;
    std::string log_file_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace plumb::test
