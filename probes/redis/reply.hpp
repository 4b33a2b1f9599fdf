// Bytes from a Redis server → replies, bounded before hiredis sees them. RESP2 only: the probe never sends
// HELLO. https://redis.io/docs/reference/protocol-spec
//
// Use: feed() what was read, then take(); "nothing yet" means more bytes are needed. An error is final: the
// reader is then thrown away with the connection. What is read does not depend on how the network cuts the
// bytes: replies that were whole before the error are given first.
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

// Bytes of one reply. INFO is 5 KiB, with many databases 100; CLUSTER SLOTS has 200 bytes a range, and a
// cluster that was moved about has thousands.
inline constexpr std::size_t kMaxReply = 1024UL * 1024;
inline constexpr std::size_t kMaxLine = 8UL * 1024;  // an error or a length header
inline constexpr std::size_t kMaxElements = 16'384;  // of one array: as many as a cluster has hash slots
inline constexpr std::size_t kMaxValues = 65'536;    // of one reply, in all its arrays: each costs us memory
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
    // How many of the bytes are good. When not all are, failed() says why, and none is good any more.
    std::size_t check(std::string_view bytes);
    const std::optional<net::Failed>& failed() const { return failed_; }
    std::uint64_t whole_replies() const { return whole_replies_; }

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
    std::size_t reply_values_ = 0;
    std::vector<std::size_t> open_arrays_;  // elements still missing, outermost first
    std::uint64_t whole_replies_ = 0;
    std::optional<net::Failed> failed_;
};

class ReplyReader {
  public:
    ReplyReader();
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    // peer.garbage or peer.too_large; take() gives it when whole replies came before.
    net::IoResult<void> feed(std::string_view bytes);
    // nullopt: no whole reply has arrived yet.
    net::IoResult<std::optional<Reply>> take();

  private:
    struct Free {
        void operator()(redisReader* reader) const;
    };
    FrameGuard guard_;
    std::uint64_t taken_ = 0;
    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace plumb::redis
