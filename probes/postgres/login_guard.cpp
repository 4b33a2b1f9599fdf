#include "probes/postgres/login_guard.hpp"

#include <algorithm>
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

unsigned long iterations_within(std::chrono::nanoseconds left) {
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
    return std::min(kMaxScramIterations, static_cast<unsigned long>(std::max<long long>(0, whole)));
}

}  // namespace

std::optional<net::Failed> LoginGuard::see(std::string_view bytes, std::chrono::nanoseconds left) {
    const auto limit = iterations_within(left);
    recent_ += bytes;
    for (auto at = recent_.find(",i="); at != npos; at = recent_.find(",i=", at + 3)) {
        const bool scram = recent_.rfind(",s=", at) != npos;
        if (!scram || count_at(recent_, at + 3) <= limit) continue;
        std::string words = "the server asks for more than " + std::to_string(limit) + " SCRAM iterations";
        if (limit < kMaxScramIterations) words += ", which is all that the time limit leaves time for";
        return net::Failed(Cause::peer_too_large, std::move(words));
    }
    if (recent_.size() > kWindow) recent_.erase(0, recent_.size() - kWindow);
    return std::nullopt;
}

}  // namespace plumb::postgres
