// probes/postgres/failure, front and authentication: a server's errors, as bytes and as libpq repeats them,
// and the bytes of a login. The input's first byte chooses the cuts.
#include "probes/postgres/authentication.hpp"
#include "probes/postgres/failure.hpp"
#include "probes/postgres/front.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const unsigned seed = input.byte();
    const auto bytes = input.rest();
    for (const auto& failed :
         {postgres::error_message_failure(bytes), postgres::login_failure(bytes),
          postgres::connect_words_failure(bytes),
          postgres::server_failure(bytes.substr(0, 5),
                                   bytes.substr(std::min<std::size_t>(5, bytes.size())))}) {
        require(failed.cause != Cause::unknown, "every failure has a cause");
        require(failed.detail.size() <= bytes.size() + 128, "a failure says no more than the server did");
    }
    postgres::LoginOrder order;
    postgres::Authentication authentication;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
        order.see(piece);
        authentication.see(piece, true);
        return true;
    });
    postgres::LoginOrder at_once;
    at_once.see(bytes);
    require(order.is_pgbouncer() == at_once.is_pgbouncer(), "the order of a login does not depend on cuts");
    return 0;
}
