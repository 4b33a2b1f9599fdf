// A network namespace of the test's own, and looks at the sockets in it.
#pragma once

#include "probes/task/sockets/sockets.hpp"
#include "tests/link/namespaces.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace plumb::test {

class CensusHere : public testing::Test {
  protected:
    void SetUp() override {
        try {
            namespace_.emplace();
            inside_.emplace(*namespace_);
        } catch (const std::system_error& error) {
            GTEST_SKIP() << "no network namespace can be made here: " << error.what();
        }
    }

    static std::unique_ptr<task::Section> section(std::vector<task::SocketTarget> targets,
                                                  task::Places places = {}) {
        task::SocketSettings settings;
        settings.places = std::move(places);
        settings.self = ::getpid();
        settings.targets = [targets] { return targets; };
        return task::make_sockets(std::move(settings));
    }
    static std::vector<task::SocketTarget> cache_at(std::uint16_t port) {
        return {{"cache", port, {"127.0.0.1"}}};
    }

    static task::Look look(task::Section& section, Depth depth = Depth::inspect) {
        task::Look made;
        section.look(made, depth);
        return made;
    }
    static const task::Check* check(const task::Look& look, std::string_view name) {
        for (const auto& each : look.checks) {
            if (each.name == name) return &each;
        }
        return nullptr;
    }
    static bool fails(const task::Look& look, std::string_view name) {
        const auto* found = check(look, name);
        return found != nullptr && found->failed;
    }
    static double value(const task::Look& look, std::string_view name) {
        const Gauge* gauge = look.evidence.find_gauge(name);
        return gauge == nullptr ? -1 : gauge->value;
    }

    // The looks, one after another, until one satisfies; nothing after half a minute.
    static std::optional<task::Look> look_until(task::Section& section,
                                                const std::function<bool(const task::Look&)>& satisfied,
                                                std::chrono::milliseconds apart) {
        const auto until = Clock::now() + std::chrono::seconds(30);
        while (Clock::now() < until) {
            auto made = look(section);
            if (satisfied(made)) return made;
            std::this_thread::sleep_for(apart);
        }
        return std::nullopt;
    }
    // Until the kernel counts so many sockets in this state.
    static bool await(task::TcpState state, std::size_t count) {
        const auto until = Clock::now() + std::chrono::seconds(30);
        while (Clock::now() < until) {
            std::size_t found = 0;
            for (const auto& socket : task::take_census({.self = ::getpid()}).sockets)
                found += socket.state == state && socket.inode != 0 ? 1 : 0;
            if (found == count) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    }

  private:
    std::optional<link::Namespace> namespace_;
    std::optional<link::Inside> inside_;
};

}  // namespace plumb::test
