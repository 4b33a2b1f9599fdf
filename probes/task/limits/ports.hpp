// Ephemeral ports (ip-sysctl.rst: ip_local_port_range). A connection is told by both its ends, so the ports
// run out towards one remote endpoint, not all at once: connect() then says EADDRNOTAVAIL. A connection that
// was closed here keeps its port in TIME_WAIT for a minute.
#pragma once

#include "probes/task/sockets/endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task::limits {

struct PortRange {
    unsigned first = 0;
    unsigned last = 0;
    unsigned size() const { return last - first + 1; }
};
std::optional<PortRange> parse_port_range(std::string_view text);  // "32768\t60999"

// How many sockets each remote endpoint has on local ports of the range. Takes the lines of /proc/net/tcp and
// tcp6 (proc(5)); listeners and what is no such line count for nothing. With very many remotes those with
// the fewest are forgotten, which makes what is counted of the others a little less.
class PortCount {
  public:
    explicit PortCount(PortRange range) : range_(range) {}
    void add_line(std::string_view line);
    std::size_t busiest() const;

    static constexpr std::size_t kMaxRemotes = 16'384;

  private:
    void make_room();

    PortRange range_;
    std::map<Endpoint, std::size_t> remotes_;
};

struct LocalPorts {
    std::size_t used = 0;  // towards the busiest remote endpoint
    std::size_t limit = 0;
};

// The sockets of /proc/net/sockstat and sockstat6, those in TIME_WAIT with them; nullopt where neither is
// such a text.
std::optional<std::uint64_t> parse_sockstat(std::string_view four, std::string_view six);

// Reading the tables makes the kernel walk all of its connections' hash, empty as it may be: some 1 ms each
// on a machine with 16 GiB. `whole` asks for it at any price; without it that is done only when there are so
// many sockets that ports may become few.
enum class PortCost { whole, when_many };
inline constexpr std::size_t kFew = 16;  // "many" is a share of 1/kFew of the range

// For both tables. They are longest when sockets pile up, and then the rest of the look must not be late for
// them.
inline constexpr std::chrono::milliseconds kPortTime{200};

// nullopt where there is neither a range nor a table, a table cannot be read to its end in `time`, or the
// sockets are few.
std::optional<LocalPorts> read_local_ports(const std::string& proc, PortCost cost = PortCost::whole,
                                           std::chrono::milliseconds time = kPortTime);

}  // namespace plumb::task::limits
