// TCP servers on 127.0.0.1, each a thread of its own, that behave and misbehave as scripted. They work for
// any client: a coroutine, libpq, another process. Destruction ends the thread at once, whatever the peer
// does.
#pragma once

#include "tests/support/sockets.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace plumb::test {

// One accepted connection, as a script sees it. Every wait ends when the server is stopped.
class Connection {
  public:
    Connection(Descriptor socket, const StopSignal& stop) : socket_(std::move(socket)), stop_(stop) {}

    std::string read_some(std::size_t most = 65536);  // "" at the end, on an error and when stopped
    std::string read_until(std::string_view mark);  // up to and including it, or all there was until the end
    std::string read_exactly(std::size_t count);
    bool write(std::string_view bytes);  // false when the peer is gone or the server is stopped
    void wait_for_close();               // reads and drops until the peer closes
    void hang();                         // until the server is stopped
    bool pause(std::chrono::milliseconds time) { return !stop_.wait(time); }  // false when stopped
    void reset();                                                             // RST instead of FIN
    void close() { socket_.reset(); }
    int descriptor() const { return socket_.get(); }
    const StopSignal& stop() const { return stop_; }

  private:
    Descriptor socket_;
    const StopSignal& stop_;
};

using Script = std::function<void(Connection&)>;

// Accepts connections and plays `script` on each, each in a thread of its own. With `most` it accepts no more
// than that, and further ones hang in a full accept queue.
class ScriptedServer {
  public:
    explicit ScriptedServer(Script script, std::uint16_t port = 0, int most = 0);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return port_; }
    int accepted() const { return accepted_; }

  private:
    void accept_loop(const Script& script);

    int most_;
    StopSignal stop_;
    Descriptor listener_;
    std::uint16_t port_;
    std::atomic<int> accepted_{0};
    std::thread thread_;
};

// Ready-made scripts.
Script silent();                      // accepts, reads nothing, says nothing, stays
Script closing();                     // closes at once, orderly
Script closing_after_request();       // reads something, then closes
Script resetting();                   // reads something, then resets
Script saying(std::string bytes);     // says it at once, then stays
Script answering(std::string bytes);  // waits for the first bytes, answers, then stays
Script dripping(std::string bytes,
                std::chrono::milliseconds every);      // after the first bytes: one byte at a time
Script flooding(std::string head, std::string chunk);  // after the first bytes: chunks without end

std::string garbage();  // 4 KiB that are no protocol's message, the same each time

}  // namespace plumb::test
