#include "tests/integration/postgres/pgbouncer.hpp"

#include "tests/integration/postgres/run_probe.hpp"
#include "tests/support/sockets.hpp"

#include <stdexcept>

namespace plumb::test {

PgBouncer::PgBouncer(const PostgresServer& server, const std::vector<std::string>& users,
                     const std::vector<std::string>& settings) {
    std::string known = "\"stats\" \"" + std::string(kPassword) + "\"\n";
    for (const auto& user : users)
        known += "\"" + user + "\" \"" + std::string(kPassword) + "\"\n";
    settings_ = "[databases]\n* = host=127.0.0.1 port=" + std::to_string(server.port()) +
                "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nunix_socket_dir =\nauth_type = scram-sha-256\n"
                "stats_users = stats\nauth_file = " +
                dir_.write("users", known) + "\n";
    for (const auto& line : settings)
        settings_ += line + "\n";
    start();
}

PgBouncer::~PgBouncer() {
    process_->stop();
}

// Another process may have taken the port in between.
void PgBouncer::start() {
    for (int tries = 0; tries < 5; ++tries) {
        port_ = free_port();
        ChildSpec spec;
        spec.command = {program("pgbouncer"),
                        dir_.write("ini", settings_ + "listen_port = " + std::to_string(port_) + "\n")};
        spec.unprivileged_user = "postgres";  // it refuses to run as root
        spec.directory = "/";
        spec.output_file = dir_.file("log");
        process_ = std::make_unique<ChildProcess>(spec);
        try {
            return process_->wait_until_listening(port_);
        } catch (const std::runtime_error&) {
            if (log().find("Address already in use") == std::string::npos) throw;
        }
    }
    throw std::runtime_error("PgBouncer finds no free port");
}

std::string PgBouncer::url(const std::string& user, const std::string& rest) const {
    return "postgres://" + user + ":" + std::string(kPassword) + "@127.0.0.1:" + std::to_string(port_) + "/" +
           rest;
}

}  // namespace plumb::test
