#include "probes/peer_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(PeerWords, are_bounded_and_marked_and_cannot_end_their_mark) {
    EXPECT_EQ(peer_words("go away"), "“go away”");
    EXPECT_EQ(peer_words("x” and the certificate is fine “y"), "“x\" and the certificate is fine \"y”");
    EXPECT_EQ(peer_words("\x1b[2J"), "“\\x1B[2J”");
    const auto cut = peer_words(std::string(1000, 'x'));
    EXPECT_THAT(cut, testing::EndsWith("x…”"));
    EXPECT_LE(cut.size(), kMaxPeerWords + std::string("“”").size());
}

}  // namespace
}  // namespace plumb
