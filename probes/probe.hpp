// The one interface of all probes: Target → Outcome.
//
// A Kind describes one protocol: its schemes, its options and how to make a Probe. kinds.inc lists the
// kinds, a line each. A Probe is made once for a target and lives as long as the schedule does, so it keeps
// what is dear to make (an SSL_CTX). run() measures one run, writes into `run`, and never throws for what a
// peer or the network does.
//
// Threads: everything here lives on the one thread that runs the io_context. At most one run of a Probe is in
// flight. Lifetimes: Services outlives every Probe; a Probe outlives its runs.
#pragma once

#include "base/result.hpp"
#include "probes/options.hpp"
#include "probes/run.hpp"
#include "probes/url.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumb {

namespace net {
class Resolver;
}

struct Services {
    boost::asio::any_io_executor executor;
    net::Resolver& resolver;
};

struct Target {
    std::string dependency;
    Url url;
    std::chrono::nanoseconds timeout{std::chrono::seconds(2)};
    std::vector<PhaseLimit> limits;  // at most one a phase; with those of the URL (limit.PHASE=…)
    bool connect_only = false;       // stop after connect and handshake (a discovered http URL)
    std::string note;                // travels into each outcome
};

class Probe {
  public:
    virtual ~Probe() = default;
    virtual boost::asio::awaitable<void> run(Run& run) = 0;
};

// What a kind's outcomes may hold: the documents and `explain` are made from it, and the tests hold every
// outcome against it.
struct Catalog {
    std::vector<PhaseInfo> phases;  // in the order of a run; each has its own limit and its own stall test
    std::vector<Cause> causes;
    std::vector<FactInfo> facts;
    std::vector<GaugeInfo> gauges;

    Catalog& add(const Catalog& more);  // what both have stays once
};

// Whether a name is one that `pattern` declares: a part N of it stands for a number, a part NAME for any name
// ("tls.chain.N.subject", "env.NAME.value").
bool is_instance(std::string_view name, std::string_view pattern);

// What of `outcome` stands not in `catalog`, in words; local.* causes may stand anywhere.
std::vector<std::string> undeclared(const Catalog& catalog, const Outcome& outcome);

struct Kind {
    std::string_view name;  // "postgres"
    struct Scheme {
        std::string_view name;       // "postgresql"
        std::uint16_t default_port;  // 0: the URL must give one
        bool tls = false;            // TLS from the first byte
    };
    std::vector<Scheme> schemes;
    std::vector<Option> options;
    bool logs_in = false;  // slower default interval
    // Refuses a target whose URL lacks something or carries an option that is unknown or out of range.
    Result<std::unique_ptr<Probe>> (*make)(const Target& target, Services& services);
    // The query belongs to the server and prints as "***"; the options stand in the fragment (http).
    bool options_in_fragment = false;
    Catalog catalog{};
    // A run asks what may have effects at a stranger's: a discovered target is only connected to.
    bool sends_requests = false;
};

}  // namespace plumb
