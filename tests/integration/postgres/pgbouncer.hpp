// A real PgBouncer on 127.0.0.1, started by the test in front of a test's PostgreSQL.
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::test {

class PgBouncer {
  public:
    // `users` all have kPassword at the pooler and at the server; `settings` are lines of its file. The user
    // "stats" may read its console.
    PgBouncer(const PostgresServer& server, const std::vector<std::string>& users,
              const std::vector<std::string>& settings);
    ~PgBouncer();
    PgBouncer(const PgBouncer&) = delete;
    PgBouncer& operator=(const PgBouncer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& user, const std::string& rest) const;
    std::string log() const { return read_whole(dir_.file("log")); }

  private:
    void start();

    TempDir dir_;
    std::uint16_t port_ = 0;
    std::string settings_;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace plumb::test
