// A target's URL, split and percent-decoded. Passwords are Secrets: they print as "***" and are wiped when freed.
// Follows RFC 3986; tolerant where the apps' own drivers are (an unescaped '#', '^' or ' ' in a password).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace plumb {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    Secret(Secret&&) = default;
    Secret& operator=(Secret&&) = default;
    ~Secret();  // wipes

    const std::string& reveal() const { return value_; }  // call only where the secret goes on the wire
    bool empty() const { return value_.empty(); }

  private:
    std::string value_;
};

struct Url {
    std::string scheme;  // lower case
    std::string user;
    Secret password;
    std::string host;        // no brackets round IPv6; "" when absent
    std::uint16_t port = 0;  // 0: the scheme's default
    std::string path;        // with its leading '/', still percent-encoded; "" when absent
    std::vector<std::pair<std::string, std::string>> query;  // decoded, in order

    std::optional<std::string> option(std::string_view name) const;  // first query value of that name

    // For people: password and every query value whose name is not in `open_options` print as "***".
    std::string redacted(const std::vector<std::string_view>& open_options) const;
};

// The error never contains the URL's text beyond its scheme: a mistyped URL may hold a password anywhere.
Result<Url> parse_url(std::string_view text);

}  // namespace plumb
