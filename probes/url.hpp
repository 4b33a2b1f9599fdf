// A target's URL, split and percent-decoded. Passwords are Secrets: they print as "***" and are wiped when
// freed. Follows RFC 3986; tolerant where the apps' own drivers are (an unescaped '#', '^', '/', '@' or ' '
// in a password, a stray '%', several hosts separated by commas).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb {

inline constexpr std::size_t kMaxUrlBytes = 8192;

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
    bool password_given = false;  // the user is followed by ':'; the password may still be empty
    std::string host;             // lower case, no brackets round IPv6; "" when absent
    std::uint16_t port = 0;       // 0: the scheme's default
    std::string other_hosts;      // "b:5432,c:5432" of a list of hosts; only the first is host and port
    std::string path;             // with its leading '/', still percent-encoded; "" when absent
    std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
    std::string raw_query;  // as written, without '?': for a probe that passes it on; may hold secrets

    // "#a=1&b=2", decoded: options of a probe whose query belongs to the server (http). Never printed.
    std::vector<std::pair<std::string, std::string>> fragment;

    std::optional<std::string> option(std::string_view name) const;  // first query value of that name

    // For people: password and every query value whose name is not in `open_options` print as "***". So does
    // a user without a password where that is how a token is given (http, redis), and a query part that has
    // no name.
    std::string redacted(const std::vector<std::string_view>& open_options) const;
};

// The error never contains the URL's text beyond its scheme: a mistyped URL may hold a password anywhere.
Result<Url> parse_url(std::string_view text);

// Percent-decodes; what is no valid escape stays as it is written.
std::string percent_decode(std::string_view text);

}  // namespace plumb
