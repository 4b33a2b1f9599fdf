// Who may do what, by bearer token. The file of `--tokens`:
//
//     tokens:
//       - {token: "…at least 16 characters…", role: agent, environment: production}
//       - {token: "…", role: reader}
//
// An agent's token is bound to one environment: a staging token cannot report as production. Tokens are kept
// as digests, compared in constant time and printed nowhere.
#pragma once

#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::access {

enum class Role { agent, reader };

struct Grant {
    Role role = Role::reader;
    std::string environment;  // agents only
};

class Tokens {
  public:
    // The error holds every complaint, one a line, with file and line and without the token.
    static Result<Tokens> parse(const std::string& text, const std::string& file_name);

    std::optional<Grant> find(std::string_view token) const;

  private:
    using Digest = std::array<unsigned char, 32>;
    static Digest digest(std::string_view token);

    std::vector<std::pair<Digest, Grant>> grants_;
};

}  // namespace plumb::access
