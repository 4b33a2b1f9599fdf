#include "controller/listen_address.hpp"

#include <gtest/gtest.h>

namespace plumb::controller {
namespace {

TEST(ListenAddress, reads_literals_and_localhost) {
    struct Case {
        const char* text;
        const char* canonical;
        bool loopback;
    };
    for (const auto& [text, canonical, loopback] :
         {Case{"127.0.0.1:7443", "127.0.0.1:7443", true}, Case{"localhost:0", "127.0.0.1:0", true},
          Case{"127.8.9.1:1", "127.8.9.1:1", true}, Case{"[::1]:7443", "[::1]:7443", true},
          Case{":7443", "0.0.0.0:7443", false}, Case{"*:7443", "0.0.0.0:7443", false},
          Case{"10.0.0.4:7443", "10.0.0.4:7443", false}, Case{"[::]:65535", "[::]:65535", false}}) {
        const auto address = parse_listen_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->text(), canonical);
        EXPECT_EQ(address->loopback, loopback) << text;
    }
}

TEST(ListenAddress, refuses_everything_else) {
    for (const char* text :
         {"", "7443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:7443",
          "[::1]7443", "[::1", "example.com:7443", "127.0.0.1:80:90", "127.0.0.1: 80"}) {
        EXPECT_FALSE(parse_listen_address(text)) << text;
    }
}

}  // namespace
}  // namespace plumb::controller
