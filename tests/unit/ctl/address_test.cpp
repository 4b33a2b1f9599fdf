#include "controller/ctl/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

TEST(ControllerAddress, only_what_cannot_leave_the_machine_is_loopback) {
    for (const char* here :
         {"127.0.0.1:7443", "127.9.9.9:1", "[::1]:7443", "localhost:65535", "LOCALHOST:7443"}) {
        const auto address = parse_controller_address(here);
        ASSERT_TRUE(address) << here;
        EXPECT_TRUE(address->loopback) << here;
    }
    for (const char* elsewhere :
         {"plumb.internal:7443", "10.0.0.1:7443", "[2001:db8::1]:7443", "127.evil.example:7443",
          "127.0.0.1.evil.example:7443", "localhost.evil.example:7443"}) {
        const auto address = parse_controller_address(elsewhere);
        ASSERT_TRUE(address) << elsewhere;
        EXPECT_FALSE(address->loopback) << elsewhere;
    }
}

TEST(ControllerAddress, what_is_no_host_and_port_is_refused_with_what_would_be_right) {
    for (const char* wrong :
         {"", ":", "plumb.internal", "plumb.internal:", ":7443", "plumb.internal:0", "plumb.internal:65536",
          "plumb.internal:7443x", "plumb.internal:-1", "::1:7443", "[::1]", "[::1:7443", "[plumb]:7443",
          "http://plumb.internal:7443", "dns:///plumb.internal:7443", "unix:/run/plumb", "a b:7443"}) {
        const auto address = parse_controller_address(wrong);
        ASSERT_FALSE(address) << wrong;
        EXPECT_THAT(address.error().message, testing::HasSubstr("plumb.internal:7443"));
    }
}

}  // namespace
}  // namespace plumb::ctl
