#include "probes/net/tls_words.hpp"

#include "probes/net/facts.hpp"

#include <string>

namespace plumb::net {
namespace {

std::string value_of(const Outcome& outcome, const FactInfo& info) {
    const auto* fact = outcome.find_fact(info.name);
    return fact == nullptr ? std::string() : fact->value;
}

std::string after(std::string_view words, const std::string& value) {
    return value.empty() ? std::string() : std::string(words) + value;
}

}  // namespace

void say_client_hello(Run& run, const TlsOptions& options) {
    if (!run.listens()) return;
    std::string words = "TLS ClientHello" + after(", server name ", options.server_name);
    for (const auto& protocol : options.alpn)
        words += ", ALPN " + protocol;
    run.we_said(words);
}

void say_server_hello(Run& run, const std::optional<Failed>& broken, bool answered) {
    if (!run.listens()) return;
    if (broken && answered) return run.peer_said(broken->detail);
    if (broken) return;
    const auto& outcome = run.outcome;
    const auto version = value_of(outcome, facts::kTlsVersion);
    if (!version.empty()) {
        run.peer_said("TLS ServerHello, " + version + after(", ", value_of(outcome, facts::kTlsCipher)) +
                      after(", ALPN ", value_of(outcome, facts::kTlsAlpn)));
    }
    const auto subject = value_of(outcome, facts::kTlsSubject);
    if (!subject.empty()) {
        run.peer_said("certificate of " + subject +
                      after(", issued by ", value_of(outcome, facts::kTlsIssuer)) +
                      after(", days left: ", value_of(outcome, facts::kTlsDaysLeft)));
    }
}

void say_objection(Run& run, const Failed& objection) {
    run.we_said("no further: " + objection.detail);
}

}  // namespace plumb::net
