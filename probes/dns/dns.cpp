#include "probes/dns/dns.hpp"

#include "probes/dns/facts.hpp"
#include "probes/dns/reading.hpp"
#include "probes/dns/settings.hpp"
#include "probes/net/address_facts.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/resolver.hpp"

#include <algorithm>

namespace plumb {
namespace {

using dns::Reading;

// A server before the last gets its share of the time that is left, and no less than this of it.
constexpr std::chrono::milliseconds kLeastShare{250};

// The servers of one run: which were asked, what the last answer of each was, and how long they took.
class Asking {
  public:
    Asking(Run& run, net::Resolver& resolver, const dns::Settings& settings)
        : run_(run), resolver_(resolver), settings_(settings), servers_(resolver.servers().size()) {}

    std::size_t count() const { return servers_.size(); }
    bool was_asked(std::size_t server) const { return servers_[server].reading.has_value(); }
    std::size_t unasked() const { return count() - order_.size(); }

    // `left`: how many servers share the time.
    boost::asio::awaitable<Reading> ask(std::size_t server, std::string name, std::size_t left) {
        const auto started = Clock::now();
        const auto time = std::max(run_.deadline() - started, Clock::duration::zero());
        const auto share =
            std::max(time / static_cast<long>(left), std::min<Clock::duration>(time, kLeastShare));
        net::RawQuestion question;
        question.name = name;
        question.type = settings_.expected.type;
        question.transport = settings_.transport;
        if (run_.listens())
            run_.we_said(settings_.expected.type_name + " " + name + " to " + resolver_.servers()[server]);
        const auto answer = co_await resolver_.ask(server, std::move(question), started + share);
        // What an earlier question waited for is none of our own time.
        if (answer && order_.empty()) run_.sent(answer->sent);
        auto& entry = servers_[server];
        if (!entry.reading) order_.push_back(server);
        entry.reading = dns::read_answer(answer, settings_.expected, name);
        if (entry.reading->code) run_.peer_said(entry.reading->words());
        entry.spent += Clock::now() - started;
        // A wait for nothing is no time of our own, even when an earlier answer was the last to arrive.
        run_.arrived(answer && answer->arrived ? *answer->arrived : Clock::now());
        co_return *entry.reading;
    }

    void add_attempts() const {
        for (const auto server : order_) {
            const auto& entry = servers_[server];
            Attempt attempt;
            attempt.address = resolver_.servers()[server];
            attempt.duration = entry.spent;
            if (entry.reading->failed) attempt.failed = entry.reading->failed->cause;
            run_.outcome.attempts.push_back(std::move(attempt));
        }
    }

    // REQUIRES: every server was asked.
    void add_facts() const {
        std::size_t good = 0;
        const Reading* first = nullptr;
        bool agree = true;
        for (const auto& entry : servers_) {
            const auto& reading = *entry.reading;
            if (!reading.failed) ++good;
            if (!reading.code) continue;
            if (first == nullptr) first = &reading;
            agree = agree && first->agrees_with(reading);
        }
        if (first != nullptr) run_.outcome.fact(dns::facts::kServersAgree, agree ? "yes" : "no");
        if (good == 0) return;  // the failure says it
        const auto some = std::to_string(good) + " of " + std::to_string(count());
        run_.outcome.fact(dns::facts::kServersOk, good == count() ? "all" : some);
    }

  private:
    struct Server {
        std::optional<Reading> reading;
        Clock::duration spent{};
    };

    Run& run_;
    net::Resolver& resolver_;
    const dns::Settings& settings_;
    std::vector<Server> servers_;
    std::vector<std::size_t> order_;
};

// What was found, where and under which name.
struct Found {
    Reading reading;
    std::string name;
    std::size_t server = 0;
};

class DnsProbe final : public Probe {
  public:
    DnsProbe(Services& services, dns::Settings settings)
        : services_(services), settings_(std::move(settings)) {}

    boost::asio::awaitable<void> run(Run& run) override {
        run.begin(phase::resolve);
        auto& resolver = settings_.own_resolver ? *settings_.own_resolver : services_.resolver;
        add_resolver_facts(run, resolver);
        Asking asking(run, resolver, settings_);
        const auto found = co_await look_up(run, asking, resolver);
        add_answer_facts(run, resolver, found);
        if (run.inspects()) co_await ask_the_others(run, asking, found.name);
        asking.add_attempts();
    }

  private:
    static void add_resolver_facts(Run& run, const net::Resolver& resolver) {
        net::add_resolver_fact(run.outcome, resolver);
        std::string search;
        for (const auto& domain : resolver.conf().search)
            search += (search.empty() ? "" : " ") + domain;
        run.outcome.fact(dns::facts::kSearch, search.empty() ? "none" : search);
        run.outcome.fact(dns::facts::kNdots, std::to_string(resolver.conf().ndots));
    }

    static void add_answer_facts(Run& run, const net::Resolver& resolver, const Found& found) {
        auto& outcome = run.outcome;
        outcome.fact(dns::facts::kName, found.name);
        found.reading.add_facts(outcome);
        if (found.reading.code) {
            outcome.fact(dns::facts::kServer, resolver.servers()[found.server]);
            outcome.address = resolver.servers()[found.server];
        }
        if (found.reading.failed) run.fail(found.reading.failed->cause, found.reading.failed->detail);
    }

    // The names that the search list makes, until one is found; else what the C library would say of them
    // all.
    boost::asio::awaitable<Found> look_up(Run& run, Asking& asking, const net::Resolver& resolver) const {
        std::vector<std::string> names{settings_.name};
        if (settings_.search) names = net::search_names(resolver.conf(), settings_.name);
        std::optional<Found> kept;
        std::size_t first = settings_.own_resolver ? run.number() % asking.count() : 0;
        for (const auto& name : names) {
            auto next = co_await ask_in_order(run, asking, name, first);
            first = next.server;
            const bool over =
                next.reading.found() || !goes_on(next.reading) || Clock::now() >= run.deadline();
            if (!kept || over || rank(next.reading) >= rank(kept->reading)) kept = std::move(next);
            if (over) break;
        }
        co_return std::move(*kept);
    }

    // Until a server settles it. Servers that the target names are not there to stand in for each other.
    boost::asio::awaitable<Found> ask_in_order(const Run& run, Asking& asking, std::string name,
                                               std::size_t first) const {
        Found found;
        found.name = name;
        found.server = first;
        const auto count = settings_.own_resolver ? 1 : asking.count();
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0 && Clock::now() >= run.deadline()) break;  // not asked is not silent
            const auto server = (first + i) % asking.count();
            const auto left = run.inspects() ? std::max<std::size_t>(asking.unasked(), 1) : count - i;
            auto reading = co_await asking.ask(server, name, left);
            const bool settled = reading.settles();
            // Of several failures the first tells most, unless it was silence.
            if (i == 0 || settled || (reading.code && !found.reading.code)) {
                found.reading = std::move(reading);
                found.server = server;
            }
            if (settled) break;
        }
        co_return found;
    }

    boost::asio::awaitable<void> ask_the_others(Run& run, Asking& asking, std::string name) const {
        if (asking.unasked() > 0) run.begin(phase::inspect);
        for (std::size_t server = 0; server < asking.count(); ++server) {
            if (asking.was_asked(server)) continue;
            if (Clock::now() >= run.deadline()) co_return;
            const auto reading = co_await asking.ask(server, name, asking.unasked());
            if (settings_.own_resolver && reading.failed)
                run.fail(reading.failed->cause, reading.failed->detail);
        }
        asking.add_facts();
    }

    static bool goes_on(const Reading& reading) {
        return reading.code == 3 || reading.code == 2 ||
               (reading.failed && reading.failed->cause == Cause::dns_no_data);
    }

    // Of names that were not found the last counts, but before it one that exists without such a record, and
    // one that could not be looked up.
    static int rank(const Reading& reading) {
        if (reading.failed && reading.failed->cause == Cause::dns_no_data) return 2;
        return reading.code == 2 ? 1 : 0;
    }

    Services& services_;
    dns::Settings settings_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = dns::read_settings(target, services);
    if (!settings) return settings.error();
    return std::unique_ptr<Probe>(std::make_unique<DnsProbe>(services, std::move(*settings)));
}

Catalog catalog() {
    return {
        .phases = {{phase::resolve, "the question to the answer that counts"},
                   {phase::inspect, "the same question to the other name servers; not in every run", true}},
        .causes = {Cause::dns_nxdomain, Cause::dns_no_data, Cause::dns_servfail, Cause::dns_refused,
                   Cause::dns_timeout, Cause::dns_unreachable, Cause::dns_malformed, Cause::dns_unexpected},
        .facts = {dns::facts::kRcode, net::facts::kDnsAnswers, net::facts::kDnsCnames, net::facts::kDnsTtl,
                  net::facts::kDnsScope, dns::facts::kAnswer, dns::facts::kChain, dns::facts::kName,
                  dns::facts::kAa, dns::facts::kAd, dns::facts::kTransport, dns::facts::kServer,
                  net::facts::kDnsResolver, dns::facts::kSearch, dns::facts::kNdots, dns::facts::kServersOk,
                  dns::facts::kServersAgree},
        .gauges = {},
    };
}

}  // namespace

const Kind& dns_kind() {
    const auto options = dns::option_list();
    static const Kind kind{"dns", {{"dns", 53}}, {options.begin(), options.end()}, false, make,
                           false, catalog()};
    return kind;
}

}  // namespace plumb
