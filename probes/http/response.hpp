// Bytes from an HTTP server → head, body and end of its answer, bounded. Interim answers (1xx) are passed
// over, and a line of the header may end in a bare LF (RFC 9112 §2.2).
//
// Use: feed() what was read until done() or enough(); end_of_stream() when the peer ended first. A failure is
// final.
#pragma once

#include "probes/net/error.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::http {

inline constexpr std::uint32_t kMaxHeader = 32U * 1024;
inline constexpr std::uint64_t kMaxBody = 1024UL * 1024;  // more is not read
inline constexpr std::uint64_t kMaxWire = 4 * kMaxBody;   // header, body and the framing of chunks together
inline constexpr int kMaxInterim = 8;                     // 1xx answers before the real one

struct Head {
    int status = 0;
    int version = 11;    // 10 or 11
    std::string reason;  // untrusted, like every field
    std::map<std::string, std::string, std::less<>>
        fields;  // lower-case names, only those that the probe reads; the lines of one name joined by ", "
    std::vector<std::pair<std::string, std::string>> lines;  // each of those of Keep::fields

    std::string_view field(std::string_view name) const;  // "" when absent
};

// What is kept of an answer beside the fields that every run reads.
struct Keep {
    std::vector<std::string> fields;  // lower-case names
    bool body = false;                // its first kMaxBody bytes
    bool header = false;              // as it came, for whoever listens
};

class Response {
  public:
    // `without_body`: the answer to HEAD, or a tunnel that was granted.
    explicit Response(bool without_body, Keep keep = {});
    ~Response();
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;

    // peer.garbage or peer.too_large.
    net::IoResult<void> feed(std::string_view bytes);
    // Ends a body that lasts until the end of the stream; peer.closed when something is missing.
    net::IoResult<void> end_of_stream();

    bool head_done() const;
    const Head& head() const;         // REQUIRES: head_done()
    bool done() const;                // the whole answer has arrived
    bool enough() const;              // the body passed kMaxBody
    const std::string& body() const;  // as far as it is kept
    const std::string& header() const {
        return header_;
    }                          // where it is kept; of the last answer, also interim
    bool keeps_alive() const;  // REQUIRES: head_done(); the connection may serve another request
    std::uint64_t fed() const { return fed_; }  // bytes, all in all
    // The first bytes as they came, at most 24: for the words about garbage.
    const std::string& opening() const { return opening_; }

  private:
    class Parser;
    net::IoResult<void> take_header();
    net::IoResult<void> parse();
    net::IoResult<void> put(std::string_view bytes, std::size_t& used);
    net::IoResult<void> bounded() const;
    void start();

    bool without_body_;
    Keep keep_;
    std::unique_ptr<Parser> parser_;
    std::string pending_;
    std::size_t scanned_ = 0;  // bytes of `pending_` that were looked at for the end of the header
    std::string opening_;
    std::string header_;
    std::uint64_t fed_ = 0;
    int interim_ = 0;
};

}  // namespace plumb::http
