// A fact is a named string that a run observed: tls.version = TLSv1.3. Its class says how two environments
// compare; they stand from the strictest down.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb {

enum class FactClass {
    required,       // as must_match; and absent (kMissing) it is a fault even when it is so in both
    must_match,     // the same in both environments: TLS version, Postgres setting, eviction policy
    must_differ,    // the same value in both is itself the fault: the database's identity
    must_agree,     // the same among the tasks of one environment; says nothing across environments
    ordered,        // versions and expiry: different is reported with its direction
    informational,  // shown, never judged
};

std::string_view to_string(FactClass value);
std::optional<FactClass> parse_fact_class(std::string_view text);

struct Fact {
    std::string name;
    FactClass cls = FactClass::informational;
    std::string value;  // sanitized and bounded by whoever read it from a peer
    friend bool operator==(const Fact&, const Fact&) = default;
};

// What a probe declares of a fact, once: the code, the documents and `explain` name it by this. A part
// N of a name stands for a number ("tls.chain.N.subject"), a part NAME for any name ("env.NAME.value").
struct FactInfo {
    std::string_view name;
    FactClass cls;
    std::string_view meaning;  // one line
};

inline constexpr std::string_view kMissing = "(missing)";  // the value of a required fact that is absent

inline constexpr std::size_t kMaxFactValue = 256;  // bytes
inline constexpr std::size_t kMaxFacts = 512;      // for each outcome

}  // namespace plumb
