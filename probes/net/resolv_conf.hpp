// The part of /etc/resolv.conf that a resolver needs (resolv.conf(5)): name servers, search list, ndots.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace plumb::net {

struct NameServer {
    boost::asio::ip::address address;
    std::uint16_t port = 53;
    std::string text() const;  // "10.0.0.2:53", "[fd00::2]:53"
};

// "IP", "IP:PORT" or "[IPv6]:PORT".
Result<NameServer> parse_name_server(std::string_view text);

struct ResolvConf {
    std::vector<NameServer> servers;  // at most 3, as the C library
    std::vector<std::string> search;  // at most 32; glibc had 6 until 2.26, and none since
    int ndots = 1;
};

// Ignores what it does not understand, as every resolver does. A later `search` or `domain` replaces the
// earlier.
ResolvConf parse_resolv_conf(std::string_view text);

// The names that the C library asks for `name`, in its order: with fewer dots than ndots the search list
// comes before the name itself; a name with a dot at its end is asked alone. At least one.
std::vector<std::string> search_names(const ResolvConf& conf, const std::string& name);

// The same with the servers that are to be asked: the chosen ones, as parse_name_server() reads them; when
// none are, the file's; when it has none either, the resolver of every VPC, 169.254.169.253.
Result<ResolvConf> with_servers(ResolvConf conf, const std::vector<std::string>& chosen);

}  // namespace plumb::net
