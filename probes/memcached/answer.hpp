// The text protocol's answers, without I/O: bytes → lines → what they say. The bytes are a peer's: lines are
// bounded, and so is the number of lines that anybody keeps.
#pragma once

#include "probes/net/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::memcached {

inline constexpr std::size_t kMaxLine = 2048;
inline constexpr std::size_t kMaxStatistics = 1024;  // lines of one answer; a server has some 80

class LineReader {
  public:
    void feed(std::string_view bytes) { pending_.append(bytes); }
    // The next line without its end; nullopt: more bytes are needed. peer.too_large for a line without end.
    net::IoResult<std::optional<std::string>> take();
    std::string_view rest() const { return pending_; }  // what has come of it

  private:
    std::string pending_;
};

// "VERSION 1.6.18" → "1.6.18". peer.unexpected for an error ("ERROR …", "CLIENT_ERROR …", "SERVER_ERROR …"),
// with its words; peer.garbage for anything else.
net::IoResult<std::string> parse_version(std::string_view line);

// The lines "STAT name value" up to "END".
class Statistics {
  public:
    // False: that was the end. Failures as of parse_version(), and peer.too_large.
    net::IoResult<bool> add(std::string_view line);

    std::optional<double> number(std::string_view name) const;  // finite and not negative
    std::string_view text(std::string_view name) const;         // "" when absent

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace plumb::memcached
