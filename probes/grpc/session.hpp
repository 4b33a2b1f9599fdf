// One health check over one HTTP/2 connection (RFC 9113), without I/O: bytes in, bytes out.
//
// Order: write output(), feed() what was read until ready(); start(), write output(); feed() until done(),
// writing output() after each; goodbye(), write output(). A failure is final. Not thread-safe.
#pragma once

#include "probes/grpc/health.hpp"
#include "probes/grpc/settings.hpp"
#include "probes/net/error.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace plumb::grpc_health {

inline constexpr std::size_t kMaxWire = 256UL * 1024;       // of all that the server sends
inline constexpr std::size_t kMaxHeaderList = 16UL * 1024;  // as SETTINGS_MAX_HEADER_LIST_SIZE counts

class Session {
  public:
    // REQUIRES: `settings` outlives the session.
    explicit Session(const Settings& settings);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::string take_output();  // what is to be written now; wiped by nobody, so hold it in a Secret
    // peer.garbage: no HTTP/2, or broken; peer.too_large; peer.closed and grpc.* of a GOAWAY before the call.
    net::IoResult<void> feed(std::string_view bytes);

    bool ready() const;  // the server's SETTINGS have come, as gRPC's own clients wait for
    // The call, with grpc-timeout: the server need not work longer than we wait.
    void start(std::chrono::nanoseconds timeout);
    bool answered() const;  // the header of the answer has come
    bool done() const;      // the call has ended
    const Answer& answer() const;
    // After take_output(): the server broke the protocol, and has been told so.
    bool broken() const;

    void goodbye();  // GOAWAY

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::grpc_health
