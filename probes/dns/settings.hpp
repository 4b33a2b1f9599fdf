// What a dns:// URL asks for: the question, whom to ask, and what the answer must be.
#pragma once

#include "base/result.hpp"
#include "probes/net/resolver.hpp"
#include "probes/probe.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace plumb::dns {

using Network = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;

struct Expected {
    int type = 1;
    std::string type_name = "A";
    int code = 0;                     // rcode=
    std::size_t least = 1;            // min_answers=
    std::vector<std::string> values;  // expect=: each must be in the answer
    std::vector<Network> networks;    // cidr=: each address must lie in one of them
};

struct Settings {
    std::string name;
    Expected expected;
    net::Transport transport = net::Transport::automatic;
    bool search = false;
    std::unique_ptr<net::Resolver> own_resolver;  // with server=: each of these must answer
};

std::span<const Option> option_list();
Result<Settings> read_settings(const Target& target, Services& services);

}  // namespace plumb::dns
