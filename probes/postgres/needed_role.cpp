#include "probes/postgres/needed_role.hpp"

namespace plumb::postgres {

std::optional<net::Failed> other_than(NeededRole needed, const Table& answer) {
    if (!answer.cell("in_recovery")) return std::nullopt;
    const bool replica = answer.is_true("in_recovery");
    const bool read_only = replica || answer.cell("read_only") == "on";
    const bool wants_primary = needed == NeededRole::primary || needed == NeededRole::read_write;
    if (wants_primary && replica)
        return net::Failed(Cause::postgres_read_only,
                           "the target asks for a primary and the server is a replica");
    if (needed == NeededRole::read_write && read_only) {
        return net::Failed(
            Cause::postgres_read_only,
            "the target asks for a session that writes, and default_transaction_read_only is on");
    }
    if (needed == NeededRole::standby && !replica)
        return net::Failed(Cause::peer_unexpected,
                           "the target asks for a replica and the server is a primary");
    if (needed == NeededRole::read_only && !read_only)
        return net::Failed(Cause::peer_unexpected,
                           "the target asks for a session that only reads, and this one writes");
    return std::nullopt;
}

}  // namespace plumb::postgres
