#include "controller/ctl/diff/rules.hpp"

#include <algorithm>
#include <array>

namespace plumb::ctl {
namespace {

// Identities, moments, and what the image or the other end chooses freely.
constexpr std::array kInformational = std::to_array<std::string_view>(
    {"dns.answers", "dns.resolver", "dns.ttl", "http.location", "http.server", "postgres.inspection_refused",
     "postgres.max_connections", "postgres.reserved_connections", "postgres.ssl_fallback",
     "postgres.visibility", "redis.info", "tls.cipher", "tls.days_left", "tls.subject", "tls.trust_store"});

// Names whose parts say otherwise than they mean, see below.
constexpr std::array kCompared = std::to_array<std::string_view>({"redis.server", "tls.san_match"});

// Versions: a difference is told, but stops nobody.
constexpr std::array kOrdered =
    std::to_array<std::string_view>({"postgres.server_version", "redis.version", "redis.valkey_version"});

// Parts of the names of facts that this version does not know, between dots, underscores and hyphens.
constexpr std::array kIdentityParts = std::to_array<std::string_view>(
    {"address",     "addresses", "arn",      "certificate", "cluster",    "date",     "days",
     "fingerprint", "host",      "hostname", "id",          "identifier", "instance", "ip",
     "left",        "after",     "before",   "port",        "resolver",   "san",      "serial",
     "server",      "sha256",    "time",     "ttl",         "uptime",     "uuid"});

template <class List>
bool listed(const List& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool names_an_identity(std::string_view fact) {
    while (!fact.empty()) {
        const auto end = fact.find_first_of("._-");
        if (listed(kIdentityParts, fact.substr(0, end))) return true;
        fact = end == std::string_view::npos ? std::string_view() : fact.substr(end + 1);
    }
    return false;
}

}  // namespace

FactClass class_of(std::string_view fact, std::optional<FactClass> told) {
    if (told && *told != FactClass::ordered) return *told;
    if (listed(kInformational, fact)) return FactClass::informational;
    if (told) return *told;
    if (listed(kOrdered, fact)) return FactClass::ordered;
    if (listed(kCompared, fact)) return FactClass::must_match;
    return names_an_identity(fact) ? FactClass::informational : FactClass::must_match;
}

bool refuses_at_limit(std::string_view gauge, std::optional<bool> told) {
    if (told) return *told;
    return gauge != "redis.memory";
}

}  // namespace plumb::ctl
