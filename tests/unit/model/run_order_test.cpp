#include "model/run_order.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(RunOrder, phases_of_one_kind_come_in_the_order_of_its_run) {
    using Run = std::vector<std::string_view>;
    for (const Run& run :
         {Run{"resolve", "connect", "starttls", "handshake", "exchange"},
          Run{"resolve", "connect", "tunnel", "handshake", "send", "first_byte", "transfer", "reuse",
              "reconnect", "resume"},
          Run{"resolve", "connect", "handshake", "authenticate", "query", "inspect"},
          Run{"resolve", "connect", "handshake", "authenticate", "ping", "inspect", "shards"},
          Run{"resolve", "inspect"}, Run{"resume", "of a newer agent"}}) {
        for (std::size_t i = 1; i < run.size(); ++i)
            EXPECT_LT(place_of_phase(run[i - 1]), place_of_phase(run[i])) << run[i - 1] << " " << run[i];
    }
}

TEST(RunOrder, a_phase_has_its_layer_whatever_the_kind_but_for_two) {
    EXPECT_EQ(layer_of_phase("starttls"), Layer::handshake);
    EXPECT_EQ(layer_of_phase("tunnel"), Layer::connect);
    EXPECT_EQ(layer_of_phase("resume"), Layer::handshake);
    EXPECT_EQ(layer_of_phase("inspect", "redis"), Layer::request);
    EXPECT_EQ(layer_of_phase("shards"), Layer::request);
    EXPECT_EQ(layer_of_phase("of a newer agent"), Layer::request);
    EXPECT_EQ(layer_of_phase("inspect", "dns"), Layer::resolve);
    EXPECT_EQ(layer_of_phase("resolve", "task"), Layer::task);
}

}  // namespace
}  // namespace plumb
