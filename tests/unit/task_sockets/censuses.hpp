// Censuses made by hand: what the kernel would have said.
#pragma once

#include "probes/task/sockets/census.hpp"

#include <algorithm>
#include <string>

namespace plumb::test {

struct CensusBuilder {
    CensusBuilder() { census.source = task::CensusSource::netlink; }

    task::Census census;

    task::Socket& add(task::TcpState state, std::uint64_t inode, const std::string& address = "10.0.1.7",
                      std::uint16_t port = 6379) {
        task::Socket socket;
        socket.state = state;
        socket.inode = inode;
        socket.remote = task::parse_endpoint(address, port).value();
        socket.local_port = 40000;
        census.sockets.push_back(socket);
        return census.sockets.back();
    }
    CensusBuilder& close_wait(std::initializer_list<std::uint64_t> inodes,
                              const std::string& address = "10.0.1.7") {
        for (const auto inode : inodes)
            add(task::TcpState::close_wait, inode, address);
        return *this;
    }
    // Accepted through the listener on 8080.
    CensusBuilder& accepted_close_wait(std::initializer_list<std::uint64_t> inodes) {
        census.inbound_ports = {8080};
        for (const auto inode : inodes)
            add(task::TcpState::close_wait, inode, "10.0.9.9", 55555).local_port = 8080;
        return *this;
    }
    CensusBuilder& established(std::initializer_list<std::uint64_t> inodes) {
        for (const auto inode : inodes)
            add(task::TcpState::established, inode);
        return *this;
    }
    CensusBuilder& calling(std::uint64_t inode, unsigned retransmits, std::uint32_t waited = 0,
                           const std::string& address = "10.0.1.7", std::uint16_t port = 6379) {
        auto& socket = add(task::TcpState::syn_sent, inode, address, port);
        socket.retransmits = static_cast<std::uint8_t>(retransmits);
        socket.waited = waited;
        return *this;
    }
};

}  // namespace plumb::test
