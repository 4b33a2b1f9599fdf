// What may stand in a request line and in a header field (RFC 9110 §5.6.2, RFC 3986).
#pragma once

#include "probes/url.hpp"

#include <string>
#include <string_view>

namespace plumb::http {

// Bytes that would end the request line or the field, or that RFC 3986 allows nowhere, percent-encoded.
std::string on_the_wire(std::string_view text);

bool is_token(std::string_view text);        // a method or the name of a field
bool is_field_value(std::string_view text);  // no control characters

Secret base64(std::string text);  // wipes what it was given
// What Authorization carries after "Basic "; empty when both are.
Secret basic_credentials(const std::string& user, const Secret& password);

// "api.example.com", "[::1]:8080": with a port unless it is the usual one.
std::string host_field(std::string_view host, std::uint16_t port, std::uint16_t usual);

}  // namespace plumb::http
