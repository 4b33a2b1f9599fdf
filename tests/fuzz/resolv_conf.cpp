// probes/net/resolv_conf: the file that a container finds, and name servers as people write them.
#include "probes/net/resolv_conf.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

void check_server(const net::NameServer& server) {
    const auto again = net::parse_name_server(server.text());
    require(again && again->address == server.address && again->port == server.port,
            "a server reads back from its text");
    require(server.port != 0, "a server has a port");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::Input(data, size).rest();
    const auto conf = net::parse_resolv_conf(text);
    require(conf.servers.size() <= 3 && conf.search.size() <= 32, "no more than are kept");
    require(conf.ndots >= 0 && conf.ndots <= 15, "ndots lies within its limits");
    for (const auto& name : conf.search)
        require(!name.empty() && name.size() <= 255, "a search domain is as long as a name may be");
    for (const auto& server : conf.servers)
        check_server(server);

    if (const auto server = net::parse_name_server(text)) check_server(*server);
    const auto chosen = net::with_servers(conf, {std::string(text)});
    require(!chosen || chosen->servers.size() == 1, "the chosen server replaces the file's");
    const auto kept = net::with_servers(conf, {});
    require(kept && !kept->servers.empty(), "there is always a server to ask");
    return 0;
}
