// Bytes from a Redis server → replies, bounded before hiredis sees them. RESP2 only: the probe never sends
// HELLO. https://redis.io/docs/reference/protocol-spec
//
// Use: feed() what was read, then take(); "nothing yet" means more bytes are needed. An error is final: the
// reader is then thrown away with the connection.
#pragma once

#include "probes/net/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace plumb::redis {

inline constexpr std::size_t kMaxReply =
    512UL * 1024;  // bytes of one reply; INFO is 5 KiB, with many databases 100
inline constexpr std::size_t kMaxLine = 8UL * 1024;  // an error or a length header
inline constexpr std::size_t kMaxElements = 1024;    // of one array
inline constexpr int kMaxDepth = 4;

struct Reply {
    enum class Type { status, error, integer, text, nil, array };
    Type type = Type::nil;
    std::string text;  // status, error and text; untrusted
    std::int64_t integer = 0;
    std::vector<Reply> elements;
};

// Follows the framing far enough to refuse a large header before anyone allocates for it, and bytes that are
// no RESP.
class FrameGuard {
  public:
    // The failure stays: every later call gives it again.
    net::IoResult<void> check(std::string_view bytes);

  private:
    enum class State { type, line, bulk };
    std::optional<net::Failed> step(char byte);
    std::optional<net::Failed> end_of_line();
    std::optional<net::Failed> header();
    void element_done();

    State state_ = State::type;
    char type_ = 0;
    std::string line_;
    std::size_t bulk_left_ = 0;
    std::size_t reply_bytes_ = 0;
    std::vector<std::size_t> open_arrays_;  // elements still missing, outermost first
    std::optional<net::Failed> failed_;
};

class ReplyReader {
  public:
    ReplyReader();
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    // peer.garbage or peer.too_large.
    net::IoResult<void> feed(std::string_view bytes);
    // nullopt: no whole reply has arrived yet.
    net::IoResult<std::optional<Reply>> take();

  private:
    struct Free {
        void operator()(redisReader* reader) const;
    };
    FrameGuard guard_;
    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace plumb::redis
