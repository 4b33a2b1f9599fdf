#include "probes/http/json_value.hpp"

#include "probes/peer_words.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace plumb::http {
namespace {

namespace json = boost::json;

// 3 and 3.0 are the same. Two whole numbers are compared as they stand: a double cannot tell large ones
// apart.
bool is_same_number(const json::value& a, const json::value& b) {
    const bool fraction = a.is_double() || b.is_double();
    return fraction && a.is_number() && b.is_number() && a.to_number<double>() == b.to_number<double>();
}

bool agrees(const json::value& found, const std::string& wanted) {
    if (found.is_string() && std::string_view(found.get_string()) == wanted) return true;
    json::error_code error;
    const auto value = json::parse(wanted, error);
    return !error && (found == value || is_same_number(found, value));
}

// RFC 6901, 3: '~' is written ~0 and '/' inside a name ~1.
bool is_pointer(std::string_view text) {
    if (!text.empty() && text.front() != '/') return false;
    for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
    }
    return true;
}

std::string shown(const json::value& found) {
    if (found.is_string()) return marked_words(std::string(found.get_string()));
    if (found.is_object()) return "an object";
    if (found.is_array()) return "an array";
    return json::serialize(found);
}

std::string complaint(const json::value& body, const JsonExpectation& each) {
    json::error_code error;
    const auto* found = body.find_pointer(each.pointer, error);
    const auto where = each.pointer.empty() ? std::string("the JSON value") : each.pointer;
    if (found == nullptr || error) return fmt::format("the JSON body has no {}", where);
    if (!each.wanted || agrees(*found, *each.wanted)) return {};
    return fmt::format("{} of the JSON body is {}", where, shown(*found));
}

}  // namespace

Result<JsonExpectation> parse_json_expectation(std::string_view text) {
    const auto equals = text.find('=');
    JsonExpectation made;
    made.pointer = text.substr(0, equals);
    if (equals != std::string_view::npos) made.wanted = text.substr(equals + 1);
    if (!is_pointer(made.pointer))
        return Error{"option 'json' is a JSON pointer and a value, as in json=/status=ok"};
    return made;
}

std::string json_complaint(std::string_view body, const std::vector<JsonExpectation>& expected) {
    if (expected.empty()) return {};
    json::error_code error;
    const auto value = json::parse(body, error);
    if (error) return "the body is not JSON: " + error.message();
    for (const auto& each : expected) {
        if (auto words = complaint(value, each); !words.empty()) return words;
    }
    return {};
}

}  // namespace plumb::http
