#include "controller/ctl/diff/rules.hpp"

#include <array>

namespace plumb::ctl {
namespace {

// Parts of a name, between dots or underscores: identities, moments and amounts.
constexpr std::array<std::string_view, 34> kNeverCompared = {
    "address",  "addresses",   "arn",      "certificate", "cluster", "database",   "date",
    "days",     "fingerprint", "host",     "hostname",    "id",      "identifier", "instance",
    "ip",       "left",        "location", "name",        "not",     "port",       "retry",
    "resolver", "san",         "search",   "serial",      "server",  "sha256",     "subject",
    "system",   "time",        "ttl",      "uptime",      "user",    "uuid",
};

// Names whose parts say otherwise than they mean.
constexpr std::array<std::string_view, 3> kAlwaysCompared = {"postgres.server_version",
                                                             "postgres.server_encoding", "tls.server_name"};

bool listed(std::string_view part) {
    for (const auto known : kNeverCompared) {
        if (known == part) return true;
    }
    return false;
}

}  // namespace

FactClass class_of(std::string_view fact, std::optional<FactClass> told) {
    if (told) return *told;
    for (const auto name : kAlwaysCompared) {
        if (name == fact) return FactClass::must_match;
    }
    while (!fact.empty()) {
        const auto end = fact.find_first_of("._-");
        if (listed(fact.substr(0, end))) return FactClass::informational;
        fact = end == std::string_view::npos ? std::string_view() : fact.substr(end + 1);
    }
    return FactClass::must_match;
}

}  // namespace plumb::ctl
