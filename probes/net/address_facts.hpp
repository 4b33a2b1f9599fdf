// What an answer looks like, without saying who answered: addresses are identities and differ between
// environments, their shape (private or public, how many, how long the chain of names) should not.
#pragma once

#include "model/outcome.hpp"
#include "probes/net/resolver.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace plumb::net {

// "private" (RFC 1918, RFC 6598, RFC 4193, link-local), "loopback", "public", or "mixed"; "none" for no
// address.
std::string_view scope_of(const std::vector<boost::asio::ip::address>& addresses);

// "0", "1-60 s", "1-5 min", "5-60 min" or "over 1 h". Informational: a cache counts the time to live down.
std::string_view ttl_bucket(std::uint32_t seconds);

// dns.scope, and for what was asked (no literal) dns.answers, dns.cnames, dns.ttl.
void add_address_facts(Outcome& outcome, const Answer& answer);
// "10.0.1.7, 10.0.1.8 by db-1.internal, kept for 5 s": for people.
std::string address_words(const Answer& answer);
void add_resolver_fact(Outcome& outcome, const Resolver& resolver);  // dns.resolver

}  // namespace plumb::net
