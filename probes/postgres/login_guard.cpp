#include "probes/postgres/login_guard.hpp"

#include <charconv>
#include <system_error>

namespace plumb::postgres {
namespace {

constexpr std::size_t kWindow = 4096;
constexpr auto npos = std::string::npos;

// The count of "r=NONCE,s=SALT,i=COUNT" that begins at `at`, as far as it has arrived; 0 when there is none.
unsigned long count_at(std::string_view text, std::size_t at) {
    const auto digits = text.substr(at, 20);
    unsigned long count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    return error == std::errc::result_out_of_range ? kMaxScramIterations + 1 : count;
}

}  // namespace

std::optional<net::Failed> LoginGuard::see(std::string_view bytes) {
    recent_ += bytes;
    if (recent_.size() > kWindow) recent_.erase(0, recent_.size() - kWindow);
    for (auto at = recent_.find(",i="); at != npos; at = recent_.find(",i=", at + 3)) {
        const bool scram = recent_.rfind(",s=", at) != npos;
        if (!scram || count_at(recent_, at + 3) <= kMaxScramIterations) continue;
        return net::Failed(
            Cause::peer_too_large,
            "the server asks for more than " + std::to_string(kMaxScramIterations) + " SCRAM iterations");
    }
    return std::nullopt;
}

}  // namespace plumb::postgres
