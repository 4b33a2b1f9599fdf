// What a target expects of an answer: its status, patterns in header and body, values in JSON. Pure.
#pragma once

#include "probes/http/json_value.hpp"
#include "probes/http/pattern.hpp"
#include "probes/http/response.hpp"
#include "probes/url.hpp"

#include <string>
#include <vector>

namespace plumb::http {

struct StatusRange {
    int first = 200;
    int last = 399;
    friend bool operator==(const StatusRange&, const StatusRange&) = default;
};
// "200-204,301" → ranges.
Result<std::vector<StatusRange>> parse_statuses(std::string_view text);

struct TextRule {
    std::string field;  // lower case; "" is the body
    Pattern pattern;
    bool wanted = true;  // false: found is what is wrong
};

struct Expectation {
    std::vector<StatusRange> statuses{StatusRange{}};
    std::string statuses_text;  // as the user wrote it; empty: the default
    std::vector<TextRule> header;
    std::vector<TextRule> body;
    std::vector<JsonExpectation> json;

    bool reads_body() const { return !body.empty() || !json.empty(); }
    bool needs_whole_body() const;            // body_not_match and json
    std::vector<std::string> fields() const;  // whose whole values the header's rules read
};

// Reads status, header_match, header_not_match, body_match, body_not_match and json.
Result<Expectation> read_expectation(const Url& options);

// What is not as expected, in words; "" when all is. They may quote the peer.
std::string header_complaint(const Expectation& expected, const Head& head);
// body_not_match: what is found in a part of the body is found.
std::string unwanted_complaint(const Expectation& expected, std::string_view body);
// body_match and json: what is missing in a part of the body may stand in its rest.
std::string missing_complaint(const Expectation& expected, std::string_view body);

}  // namespace plumb::http
