// Saved outputs of `plumb-agent check --format json`, as tests write them.
#pragma once

#include <string>
#include <vector>

namespace plumb::test {

struct SavedOutcome {
    std::string dependency = "database";
    std::string kind = "postgres";
    std::string failure;  // `"failure":{…},` or nothing
    std::string facts = R"("tls.version":"TLSv1.3","postgres.server_version":"15.4")";
    std::string gauges = R"("postgres.connections":{"value":10,"limit":100})";
    std::string address = "10.0.1.7:5432";
    int total_us = 1234;
    std::string catalog;  // `,"catalog":{…}` of the file; the first outcome's counts
};

inline std::string outcome_json(const SavedOutcome& outcome) {
    return R"({"dependency":")" + outcome.dependency + R"(","kind":")" + outcome.kind +
           R"(","target":"postgres://app:***@db:5432/x","address":")" + outcome.address + R"(","ok":)" +
           (outcome.failure.empty() ? "true" : "false") + R"(,"total_us":)" +
           std::to_string(outcome.total_us) + R"(,"phases":[{"name":"resolve","us":310}],)" +
           outcome.failure + R"("facts":{)" + outcome.facts + R"(},"gauges":{)" + outcome.gauges + "}}";
}

inline std::string saved_check(const std::vector<SavedOutcome>& outcomes) {
    std::string list;
    for (const auto& outcome : outcomes)
        list += (list.empty() ? "" : ",") + outcome_json(outcome);
    const std::string catalog = outcomes.empty() ? "" : outcomes.front().catalog;
    return R"({"agent":{"version":"0.1.0")" + catalog +
           R"(},"task":{"hostname":"ip-10-0-1-9"},"outcomes":[)" + list + "]}\n";
}

inline std::string failure_json(const std::string& phase, const std::string& cause,
                                const std::string& detail = "") {
    return R"("failure":{"phase":")" + phase + R"(","cause":")" + cause + R"(","detail":")" + detail +
           R"("},)";
}

}  // namespace plumb::test
