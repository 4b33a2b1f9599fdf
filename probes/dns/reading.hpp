// What one name server's answer says, held against what the target expects. No I/O.
#pragma once

#include "model/outcome.hpp"
#include "probes/dns/message.hpp"
#include "probes/dns/settings.hpp"
#include "probes/net/error.hpp"
#include "probes/net/resolver.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::dns {

struct Reading {
    std::optional<net::Failed> failed;  // no answer, or not the one that is expected
    std::optional<int> code;            // absent: no answer that could be read
    bool authoritative = false;
    bool authentic = false;
    bool over_tcp = false;
    bool cut_short = false;           // TC: there are more records than these
    std::vector<std::string> values;  // of the type asked, sorted, each once
    std::vector<std::string> aliases;
    std::optional<std::uint32_t> ttl;
    std::string_view scope = "none";  // of the addresses among the values

    // The C library takes this as the answer; else it asks the next server (resolver(3): time-out, SERVFAIL,
    // REFUSED and what is no answer at all).
    bool settles() const;
    bool found() const { return code == 0 && !failed; }
    // Two servers say the same of a name: a balancer may give each asker other addresses, but not of another
    // kind.
    bool agrees_with(const Reading& other) const;
    void add_facts(Outcome& outcome) const;
    // The answer in a line, for people: "NOERROR: 10.0.0.7, 10.0.0.8, by api.internal". "" for none that
    // could be read.
    std::string words() const;
};

// `name` opens the words of a failure.
Reading read_answer(const net::IoResult<net::RawAnswer>& answer, const Expected& expected,
                    const std::string& name);

}  // namespace plumb::dns
