// Bytes from an HTTP server → head and end of its answer, bounded. Interim answers (1xx) are passed over.
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

namespace plumb::http {

inline constexpr std::uint32_t kMaxHeader = 32U * 1024;
inline constexpr std::uint64_t kMaxBody = 1024UL * 1024;  // more is not read
inline constexpr std::uint64_t kMaxWire = 4 * kMaxBody;   // header, body and the framing of chunks together
inline constexpr std::size_t kMaxField = 1024;            // of one field's value
inline constexpr int kMaxInterim = 8;                     // 1xx answers before the real one

struct Head {
    int status = 0;
    int version = 11;    // 10 or 11
    std::string reason;  // untrusted, like every field
    std::map<std::string, std::string, std::less<>>
        fields;  // lower-case names, only those that the probe reads

    std::string_view field(std::string_view name) const;  // "" when absent
};

class Response {
  public:
    explicit Response(bool to_head_request);
    ~Response();
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;

    // peer.garbage or peer.too_large.
    net::IoResult<void> feed(std::string_view bytes);
    // Ends a body that lasts until the end of the stream; peer.closed when something is missing.
    net::IoResult<void> end_of_stream();

    bool head_done() const;
    const Head& head() const;                   // REQUIRES: head_done()
    bool done() const;                          // the whole answer has arrived
    bool enough() const;                        // the body passed kMaxBody
    std::uint64_t fed() const { return fed_; }  // bytes, all in all
    // The first bytes as they came, at most 24: for the words about garbage.
    const std::string& opening() const { return opening_; }

  private:
    class Parser;
    net::IoResult<bool> head_is_whole();
    net::IoResult<void> parse();
    net::IoResult<void> bounded() const;
    void start();

    bool to_head_request_;
    std::unique_ptr<Parser> parser_;
    std::string pending_;
    std::size_t scanned_ = 0;  // bytes of `pending_` that were looked at for the end of the head
    std::string opening_;
    std::uint64_t fed_ = 0;
    int interim_ = 0;
};

}  // namespace plumb::http
