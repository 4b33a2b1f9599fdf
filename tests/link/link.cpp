#include "tests/link/link.hpp"

namespace plumb::link {
namespace {

TunDevice far_device(const Namespace& where) {
    const Inside far(where);
    return {"plumb-far", Link::kFarAddress};
}

WaySpec way(const LinkSpec& spec, const TunDevice& from, const TunDevice& to, std::uint64_t seed) {
    WaySpec made;
    made.from = from.descriptor();
    made.to = to.descriptor();
    made.delay = spec.delay;
    made.loss = spec.loss;
    made.seed = seed;
    return made;
}

}  // namespace

Link::Link(const LinkSpec& spec)
    : near_(kNearInterface, kNearAddress),
      far_(far_device(far_side_)),
      carrier_({way(spec, near_, far_, spec.seed), way(spec, far_, near_, spec.seed + 1)}) {}

}  // namespace plumb::link
