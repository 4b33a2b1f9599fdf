// probes/redis/reply and slots: RESP from anybody. What is read does not depend on how the network cut it,
// and what it announces as a cluster's addresses is bounded.
#include "probes/redis/reply.hpp"
#include "probes/redis/slots.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <optional>
#include <vector>

namespace {

using namespace plumb;
using fuzz::require;
using redis::Reply;

struct Read {
    std::vector<Reply> replies;
    std::optional<Cause> failed;
};

// As the probe does: takes what is whole, then reads on. False: the connection is over.
bool take_all(redis::ReplyReader& reader, Read& read) {
    while (true) {
        auto reply = reader.take();
        if (!reply) read.failed = reply.error().cause;
        if (!reply) return false;
        if (!*reply) return true;
        read.replies.push_back(std::move(**reply));
    }
}

bool feed(redis::ReplyReader& reader, std::string_view piece, Read& read) {
    const auto fed = reader.feed(piece);
    if (!fed) read.failed = fed.error().cause;
    return fed && take_all(reader, read);
}

bool same(const Reply& a, const Reply& b) {
    return a.type == b.type && a.text == b.text && a.integer == b.integer &&
           std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(), same);
}

std::size_t bytes_in(const Reply& reply) {
    std::size_t bytes = reply.text.size();
    for (const auto& element : reply.elements)
        bytes += bytes_in(element);
    return bytes;
}

void check_bounds(const Reply& reply, int depth) {
    require(depth <= redis::kMaxDepth, "arrays are nested as deeply as is allowed");
    require(reply.elements.size() <= redis::kMaxElements, "an array has as many elements as are allowed");
    for (const auto& element : reply.elements)
        check_bounds(element, depth + 1);
}

void check_slots(const Reply& reply) {
    const auto shards = redis::parse_slots(reply);
    if (!shards) return;
    require(shards->size() <= redis::kMaxShards, "a cluster has as many shards as are kept");
    for (const auto& shard : *shards) {
        fuzz::require_readable(shard.slots, 80, "a shard's name is bounded and readable");
        if (shard.primary) fuzz::require_readable(shard.primary->host, 253, "a host is bounded and readable");
        require(!shard.primary || shard.primary->port != 0, "a node has a port");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const unsigned seed = input.byte();
    const auto bytes = input.rest();

    Read whole;
    redis::ReplyReader at_once;
    feed(at_once, bytes, whole);
    Read cut;
    redis::ReplyReader piecewise;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) { return feed(piecewise, piece, cut); });

    require(whole.failed == cut.failed, "a failure does not depend on the cuts");
    require(
        std::equal(whole.replies.begin(), whole.replies.end(), cut.replies.begin(), cut.replies.end(), same),
        "the replies do not depend on the cuts");
    for (const auto& reply : whole.replies) {
        check_bounds(reply, 0);
        check_slots(reply);
        require(bytes_in(reply) <= redis::kMaxReply, "a reply has as many bytes as are allowed");
    }
    return 0;
}
