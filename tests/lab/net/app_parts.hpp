// What the laboratory's app does, each by itself. All are asked from one loop, many times a second, and none
// waits long: look(now) does what is due. What cannot be done at all ends the program with words.
#pragma once

#include "tests/support/sockets.hpp"

#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <vector>

namespace plumb::lab {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& what);

// A health answer on a port: 503 until it is ready, 200 then, whatever is asked.
class Health {
  public:
    Health(std::uint16_t port, Clock::time_point ready_at);
    int descriptor() const { return listener_.get(); }
    void look(Clock::time_point now);

  private:
    test::Descriptor listener_;
    Clock::time_point ready_at_;
};

// A port whose queue is full: nobody accepts, and nobody closes (listen(2)).
class FullQueue {
  public:
    explicit FullQueue(std::uint16_t port);

  private:
    test::Descriptor listener_;
    std::vector<test::Descriptor> waiting_;
};

// So much memory that the task as a whole uses this share of its limit, whatever else is in it.
class Hoard {
  public:
    Hoard(int percent, std::string used_file, const std::string& limit_file);
    ~Hoard();
    Hoard(const Hoard&) = delete;
    Hoard& operator=(const Hoard&) = delete;
    void look();

  private:
    std::string used_file_;
    long long wanted_ = 0;
    std::vector<void*> chunks_;
};

std::vector<test::Descriptor> hold_descriptors(int limit, int count);  // so many in all are open then

struct Peer {
    sockaddr_in address{};
    std::size_t connections = 0;
};
Peer parse_peer(const std::string& text);  // ADDRESS:PORT:CONNECTIONS

// Connections to a Redis that are used, closed and opened again. The first rests so long that a server may
// end it meanwhile; it is closed when it is to be used next.
class Pool {
  public:
    explicit Pool(const Peer& peer);
    void look(Clock::time_point now);

  private:
    struct Slot {
        test::Descriptor connection;
        int uses = 0;
        Clock::time_point due{};
    };
    Peer peer_;
    std::vector<Slot> slots_;
};

// One connection after the other, each with a last request after which the server ends it; none is ever
// closed.
class Leak {
  public:
    Leak(const Peer& peer, std::string words) : peer_(peer), words_(std::move(words)) {}
    void look(Clock::time_point now);

  private:
    Peer peer_;
    std::string words_;
    Clock::time_point due_{};
    std::vector<test::Descriptor> lost_;
};

void start_burning();  // a child that takes what processor time it gets

// A child takes memory until the kernel kills it for that, before anybody else in the group.
void be_killed_for_memory();

}  // namespace plumb::lab
