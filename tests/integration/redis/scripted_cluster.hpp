// A node that says of a cluster what no real one would.
#pragma once

#include "tests/support/servers.hpp"

#include <string>

namespace plumb::test {

inline std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

inline void answer_ping(Connection& connection) {
    connection.read_until("PING\r\n");
    connection.write("+PONG\r\n");
}

inline void answer_quit(Connection& connection) {
    connection.read_until("QUIT\r\n");
    connection.write("+OK\r\n");
}

// One range of `slots` in the answer to CLUSTER SLOTS.
inline std::string slot_range(int slot, const std::string& host, std::uint16_t port) {
    const std::string number = ":" + std::to_string(slot) + "\r\n";
    return "*3\r\n" + number + number + "*3\r\n" + bulk(host) + ":" + std::to_string(port) + "\r\n" +
           bulk("node " + std::to_string(slot));
}

// What follows the answer to PING, of a healthy cluster whose answer to CLUSTER SLOTS is `slots`.
inline void tell_of_cluster(Connection& connection, const std::string& slots) {
    connection.read_until("INFO\r\n");
    connection.write(bulk("cluster_enabled:1\r\nmaxclients:9\r\nmaxmemory_policy:x\r\nsave:\r\n"));
    connection.read_until("INFO\r\n");
    connection.write(bulk("cluster_state:ok\r\n"));
    connection.read_until("SLOTS\r\n");
    connection.write(slots);
    answer_quit(connection);
}

inline Script cluster_node(std::string slots) {
    return [slots = std::move(slots)](Connection& connection) {
        answer_ping(connection);
        tell_of_cluster(connection, slots);
    };
}

}  // namespace plumb::test
