// The real servers of one environment, one small class a kind. Each is started in the calling thread's
// network namespace (the environment's servers'), comes up before its constructor returns, and ends with
// it. What does not come up throws with the server's last words.
#pragma once

#include "tests/lab/net/plan.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/udp_server.hpp"

#include <list>
#include <memory>
#include <string>

namespace plumb::lab {

// Who signs certificates: the authority that the tasks' images trust, and one that they do not know.
struct Authorities {
    test::Authority trusted{"Lab Authority"};
    test::Authority stranger{"Strange Authority"};
};

class Server {
  public:
    Server() = default;
    virtual ~Server() = default;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    virtual void signal(int number) = 0;  // to all its processes that serve
    virtual std::string log() const = 0;
};

std::unique_ptr<Server> start_dnsmasq(const EnvironmentPlan& plan);
std::unique_ptr<Server> start_redis(const EnvironmentPlan& plan, const Authorities& authorities);
std::unique_ptr<Server> start_nginx(const EnvironmentPlan& plan, const Authorities& authorities);
std::unique_ptr<Server> start_pgbouncer(const EnvironmentPlan& plan);

class PostgresBox : public Server {
  public:
    PostgresBox(const EnvironmentPlan& plan, const Authorities& authorities);
    void signal(int number) override;
    std::string log() const override { return server_->log(); }

  private:
    std::unique_ptr<test::PostgresServer>
        primary_;  // where the tasks are to meet a standby; they do not see it
    std::unique_ptr<test::PostgresServer> server_;
};

// A process with a log, and where it can be reached.
class ProcessBox : public Server {
  public:
    // `listens`: the address and port that it is waited for.
    void start(std::vector<std::string> command, const std::string& address, std::uint16_t port,
               const std::string& user = {});
    ~ProcessBox() override;
    void signal(int number) override;
    std::string log() const override { return test::read_whole(folder_.file("log")); }

  protected:
    test::TempDir folder_;

  private:
    std::unique_ptr<test::ChildProcess> process_;
};

// For a server that speaks TLS as `server`.
test::Issued issue(const std::string& server, const CertificatePlan& plan, const Authorities& authorities);
const CertificatePlan& certificate_of(const EnvironmentPlan& plan, const std::string& server);

// True when somebody accepts there, in the calling thread's namespace.
bool answers_at(const std::string& address, std::uint16_t port);
test::Descriptor connect_to(const std::string& address, std::uint16_t port);  // invalid when it is refused

}  // namespace plumb::lab
