// A peer may echo what it was sent: an error that quotes an AUTH command, a redirect that repeats a token.
// Whatever a probe keeps of a peer's words passes through scrub() with the secrets that the run has sent,
// before it is cut.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace plumb {

// Every occurrence of every secret becomes "***"; empty secrets are ignored.
inline std::string scrub(std::string_view words, std::span<const std::string_view> secrets) {
    std::string text{words};
    for (const std::string_view secret : secrets) {
        if (secret.empty()) continue;
        // In one pass: a peer may repeat a short secret a hundred thousand times.
        std::string hidden;
        std::size_t from = 0;
        for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, from)) {
            hidden.append(text, from, at - from).append("***");
            from = at + secret.size();
        }
        if (from > 0) text = hidden.append(text, from);
    }
    return text;
}

}  // namespace plumb
