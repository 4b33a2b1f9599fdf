// What a target says to the server and what it waits for, step by step. No I/O.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace plumb::tcp {

inline constexpr std::size_t kMaxSteps = 8;
inline constexpr std::size_t kMaxSent = 4096;       // bytes of one step
inline constexpr std::size_t kMaxAwaited = 16'384;  // bytes in which one step looks for its pattern

// \r, \n, \t, \0, \\ and \xHH become the byte they name.
Result<std::string> unescape(std::string_view text);

class Pattern {
  public:
    // RE2 syntax; ^ and $ are the ends of a line. The error tells what is wrong and repeats nothing of the
    // text.
    static Result<Pattern> make(const std::string& text);
    ~Pattern();
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;

    struct Match {
        std::string_view line;  // that holds the beginning of the match
        std::size_t end = 0;    // behind the match, and behind the end of its line where that has come
    };
    std::optional<Match> find(std::string_view text) const;

  private:
    explicit Pattern(std::unique_ptr<re2::RE2> compiled);
    std::unique_ptr<re2::RE2> compiled_;
};

// First something is said, then something awaited; either may be missing.
struct Step {
    std::string send;
    std::optional<Pattern> expect;
};

}  // namespace plumb::tcp
