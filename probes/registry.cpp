#include "probes/registry.hpp"

#include "base/text.hpp"
#include "probes/limits.hpp"

#include <algorithm>
#include <array>

namespace plumb {

// One line of kinds.inc declares a kind's function and lists it.
#define PLUMB_KIND(name) const Kind& name##_kind();
#include "probes/kinds.inc"
#undef PLUMB_KIND

namespace {

const std::vector<Kind>& kinds() {
#define PLUMB_KIND(name) name##_kind(),
    static const std::vector<Kind> all{
#include "probes/kinds.inc"
    };
#undef PLUMB_KIND
    return all;
}

// Schemes that apps use and that have no probe of their own: probed as TCP on their usual port.
constexpr std::array<Kind::Scheme, 36> kFallbacks{{
    {"amqp", 5672},
    {"amqps", 5671, true},
    {"rabbitmq", 5672},
    {"mysql", 3306},
    {"mysql2", 3306},
    {"mariadb", 3306},
    {"mongodb", 27017},
    {"kafka", 9092},
    {"smtp", 25},
    {"smtps", 465, true},
    {"ldap", 389},
    {"ldaps", 636, true},
    {"nats", 4222},
    {"mqtt", 1883},
    {"mqtts", 8883, true},
    {"cassandra", 9042},
    {"elasticsearch", 9200},
    {"opensearch", 9200},
    {"clickhouse", 9000},
    {"neo4j", 7687},
    {"bolt", 7687},
    {"couchbase", 11210},
    {"zookeeper", 2181},
    {"etcd", 2379},
    {"consul", 8500},
    {"pulsar", 6650},
    {"stomp", 61613},
    {"sqlserver", 1433},
    {"mssql", 1433},
    {"oracle", 1521},
    {"influxdb", 8086},
    {"imap", 143},
    {"imaps", 993, true},
    {"ftp", 21},
    {"ws", 80},
    {"wss", 443, true},
}};

std::string_view without_driver(std::string_view scheme) {
    const auto plus = scheme.find('+');
    if (plus == std::string_view::npos || scheme.substr(plus) == "+srv") return scheme;
    return scheme.substr(0, plus);
}

Error unknown_scheme(const std::string& scheme) {
    std::vector<std::string> names;
    for (const auto& kind : kinds()) {
        for (const auto& known : kind.schemes)
            names.emplace_back(known.name);
    }
    const std::size_t own = names.size();
    for (const auto& known : kFallbacks)
        names.emplace_back(known.name);
    std::string message = "unknown scheme '" + scheme + "'";
    const auto guess = nearest(scheme, names);
    if (!guess.empty()) message += "; did you mean '" + guess + "'?";
    message += " (known: ";
    for (std::size_t i = 0; i < own; ++i)
        message += (i == 0 ? "" : ", ") + names[i];
    return Error{message + "; as TCP alone: mysql, amqp, kafka, mongodb and others)"};
}

void add_note(std::string& note, const std::string& more) {
    note += (note.empty() ? "" : "; ") + more;
}

std::string fallback_note(const Url& url, std::uint16_t port) {
    return url.scheme + " has no probe of its own: only reached by TCP on port " + std::to_string(port);
}

// What is not shown of the URL. A short value would riddle every text that it is searched for in; a password
// is hidden whatever its length. What stands in a fragment the probe of http knows best.
std::vector<Secret> secrets_of(const Url& url, const std::vector<std::string_view>& open) {
    constexpr std::size_t kShortest = 4;
    std::vector<Secret> secrets;
    const auto add = [&secrets](std::string_view text) {
        if (text.size() >= kShortest) secrets.emplace_back(std::string(text));
    };
    if (!url.password.empty()) secrets.push_back(url.password);
    if (url.password.empty() && url.redacted({}).find("://***@") != std::string::npos) add(url.user);
    for (const auto& [name, value] : url.query) {
        if (std::find(open.begin(), open.end(), name) == open.end()) add(value);
    }
    // What holds another must go first, or a piece of it stays.
    std::sort(secrets.begin(), secrets.end(),
              [](const Secret& a, const Secret& b) { return a.reveal().size() > b.reveal().size(); });
    return secrets;
}

}  // namespace

std::span<const Kind> all_kinds() {
    return kinds();
}

std::optional<SchemeMatch> find_scheme(std::string_view scheme) {
    const auto plain = without_driver(scheme);
    for (const auto& kind : kinds()) {
        for (const auto& known : kind.schemes) {
            if (known.name == plain) return SchemeMatch{&kind, known.default_port, false, known.tls};
        }
    }
    const auto* known = std::find_if(kFallbacks.begin(), kFallbacks.end(),
                                     [plain](const auto& each) { return each.name == plain; });
    if (known == kFallbacks.end()) return std::nullopt;
    const auto tcp =
        std::find_if(kinds().begin(), kinds().end(), [](const auto& kind) { return kind.name == "tcp"; });
    return SchemeMatch{&*tcp, known->default_port, true, known->tls};
}

Result<Prepared> Prepared::make(Target target, Services& services) {
    const auto match = find_scheme(target.url.scheme);
    if (!match) return unknown_scheme(target.url.scheme);
    auto& url = target.url;
    if (url.host.empty()) return Error{url.scheme + " URL: no host; write " + url.scheme + "://HOST"};
    if (target.timeout <= std::chrono::nanoseconds::zero())
        return Error{"a timeout must be longer than nothing"};
    Prepared prepared;
    std::vector<std::string_view> open;
    if (!match->kind->options_in_fragment) {
        for (const auto& option : match->kind->options) {
            if (!match->fallback && !option.secret) open.push_back(option.name);
        }
        for (const auto& [name, value] : url.query) {
            if (name.starts_with(kLimitPrefix)) open.push_back(name);
        }
    }
    prepared.display_ = url.redacted(open);
    prepared.secrets_ = secrets_of(url, open);
    if (url.port == 0) url.port = match->default_port;
    if (url.port == 0) return Error{url.scheme + " URL: no port; write " + url.scheme + "://HOST:PORT"};
    if (match->fallback) {
        add_note(target.note, fallback_note(url, url.port));
        // Another program's options.
        std::erase_if(url.query, [](const auto& option) { return !option.first.starts_with(kLimitPrefix); });
    }
    if (auto limits = take_limits(*match->kind, target); !limits)
        return Error{url.scheme + " URL: " + limits.error().message};
    if (!url.other_hosts.empty()) add_note(target.note, "of several hosts only the first is probed");
    auto probe = match->kind->make(target, services);
    if (!probe) return probe.error();
    prepared.probe_ = std::move(*probe);
    prepared.kind_ = match->kind;
    prepared.executor_ = services.executor;
    prepared.target_ = std::move(target);
    return prepared;
}

}  // namespace plumb
