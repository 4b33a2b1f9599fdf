// One value of a JSON body, named by its pointer (RFC 6901), against what a target expects there.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::http {

struct JsonExpectation {
    std::string pointer;                // "/status", "/checks/0/ok"; "" is the whole
    std::optional<std::string> wanted;  // absent: it has to be there, whatever it is
};

// "/status=ok", "/checks/0/ok=true", "/version".
Result<JsonExpectation> parse_json_expectation(std::string_view text);

// What is not as expected, in words that quote the peer as it is; "" when all is. `wanted` agrees with a
// string of the same text and with the same JSON value: true, 3, 3.0, null, "ok".
std::string json_complaint(std::string_view body, const std::vector<JsonExpectation>& expected);

}  // namespace plumb::http
