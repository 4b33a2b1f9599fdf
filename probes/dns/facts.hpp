// The facts of the dns probe beside those that every probe has of a name (probes/net/facts.hpp).
#pragma once

#include "model/fact.hpp"

namespace plumb::dns::facts {

using enum FactClass;

inline constexpr FactInfo kRcode{"dns.rcode", must_match, "the answer's code: NOERROR, NXDOMAIN …"};
// What an answer holds, and where the search list looks, belongs to its environment.
inline constexpr FactInfo kAnswer{"dns.answer", informational,
                                  "the records of the answer, in alphabetical order"};
inline constexpr FactInfo kChain{"dns.chain", informational, "the aliases, from the name asked to the last"};
inline constexpr FactInfo kName{"dns.name", informational, "the name as it was asked in the end"};
inline constexpr FactInfo kSearch{"dns.search", informational, "domains of the task's search list, or none"};
inline constexpr FactInfo kNdots{"dns.ndots", must_match,
                                 "dots from which on a name is asked as it is before the search list"};
inline constexpr FactInfo kServer{"dns.server", informational, "the name server whose answer counted"};
// Both flags come and go with the server's cache.
inline constexpr FactInfo kAa{"dns.aa", informational, "whether the answer is authoritative (AA)"};
inline constexpr FactInfo kAd{"dns.ad", informational, "whether the server has checked the signatures (AD)"};
inline constexpr FactInfo kTransport{"dns.transport", informational,
                                     "udp, or tcp where the answer was too long for a datagram; cut short "
                                     "where it does not hold all records"};
// One environment may have more servers than the other: only how they stand is told.
inline constexpr FactInfo kServersOk{"dns.servers_ok", must_match,
                                     "all, or how many of the configured name servers gave a good answer"};
inline constexpr FactInfo kServersAgree{
    "dns.servers_agree", must_match,
    "whether they all gave the same code, records or none, and addresses of the same scope"};

}  // namespace plumb::dns::facts
