// Name servers for the tests of the resolver and of the dns probe.
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/udp_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plumb::test {

// A real dnsmasq that knows the zone "test"; what lies under fail.test it asks a server that answers
// SERVFAIL. Everything else it refuses.
class DnsMasq {
  public:
    explicit DnsMasq(std::vector<std::string> more_options = {});
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    const ChildProcess& process() const { return process_; }

  private:
    ChildSpec spec() const;

    TempDir output_;
    std::vector<std::string> more_options_;
    UdpServer failing_{[](const std::string& query) { return dns_response(query, 2); }};
    std::uint16_t port_ = free_port();
    ChildProcess process_;
};

// One message as it stands in a TCP stream (RFC 1035, 4.2.2), and the next one of a connection; "" at its
// end.
std::string framed(const std::string& message);
std::string read_question(Connection& connection);

// The answer that says it is too long for a datagram.
std::string truncated(const std::string& query);

// Its datagrams say that the answer is too long for them; over TCP it plays the script.
class LongAnswers {
  public:
    explicit LongAnswers(const Script& over_tcp);
    const UdpServer& datagrams() const { return *datagrams_; }

  private:
    std::optional<UdpServer> datagrams_;
    std::optional<ScriptedServer> stream_;
};

}  // namespace plumb::test
