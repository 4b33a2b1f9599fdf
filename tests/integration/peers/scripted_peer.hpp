// A loopback peer that behaves as its script says: answers, stalls, drips, resets, or talks nonsense. One
// connection after the other, on a thread of its own; the destructor wakes and joins it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace plumb::test {

class Connection {
  public:
    explicit Connection(int descriptor) : descriptor_(descriptor) {}

    // Reads until what has arrived since the last call ends with `end`. False when the other side is gone.
    bool read_until(std::string_view end);
    bool send(std::string_view bytes);  // false when the other side is gone
    void hang();                        // says nothing more until the other side closes
    void drip(std::string_view bytes);  // again and again, a byte at a time, until the other side closes
    void reset();                       // RST instead of FIN
    const std::string& received() const { return received_; }

  private:
    int descriptor_;
    std::string received_;
};

class ScriptedPeer {
  public:
    using Script = std::function<void(Connection&)>;

    explicit ScriptedPeer(Script script);
    ~ScriptedPeer();
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    void serve();
    bool take_up(int descriptor);
    void put_down(int descriptor);

    Script script_;
    std::uint16_t port_ = 0;
    int listener_;
    std::mutex mutex_;  // guards the two below
    int current_ = -1;
    bool stopping_ = false;
    std::thread thread_;
};

// A listener whose accept queue is full: connecting to it hangs.
class FullListener {
  public:
    FullListener();
    ~FullListener();
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_ = 0;
    int listener_;
    std::vector<int> waiting_;
};

}  // namespace plumb::test
