// The socket dump over netlink: asks, and reads datagrams until the dump ends or a bound is reached.
#pragma once

#include "probes/task/sockets/census.hpp"
#include "probes/task/sockets/diag.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace plumb::task {

// The socket lives for one census. Not thread-safe.
class DiagSocket {
  public:
    DiagSocket();
    ~DiagSocket();
    DiagSocket(const DiagSocket&) = delete;
    DiagSocket& operator=(const DiagSocket&) = delete;

    bool open() const { return file_ >= 0; }

    enum class Answer {
        whole,
        partial,  // `sockets` holds what came before the bound, or what the kernel was sure of
        refused,  // nothing came
    };
    // One dump. question.sequence is filled in here.
    Answer dump(DiagQuestion question, std::size_t most, Clock::time_point deadline,
                std::vector<Socket>& sockets);

  private:
    bool ask(const DiagQuestion& question) const;
    // Bytes of the next datagram from the kernel, 0 for somebody else's, below 0 when there is none in time.
    std::ptrdiff_t receive(Clock::time_point deadline, bool& cut);

    int file_ = -1;
    std::uint32_t sequence_ = 0;
    std::vector<std::byte> buffer_;
};

}  // namespace plumb::task
