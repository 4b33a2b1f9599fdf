#include "probes/postgres/hash_limit.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <pg_config.h>
#include <string>

// The function is libpq's own and no promise of its: another version may give it other parameters.
#if PG_VERSION_NUM / 10000 != 15
#error "compare scram_SaltedPassword() with common/scram-common.h of this version of PostgreSQL"
#endif

namespace {

constexpr auto kNoLimit = std::numeric_limits<unsigned long>::max();
thread_local unsigned long allowed = kNoLimit;

// Lives until the next one: libpq keeps a pointer to it for a moment. What the time that is left forbids is
// no fault of the server's: any later it would have been a time-out, too.
const char* objection(unsigned long wanted) {
    thread_local std::array<char, 128> words{};
    const auto text =
        wanted <= plumb::postgres::kMaxScramIterations
            ? "the time limit leaves no time to hash the password " + std::to_string(wanted) + " times"
            : "the server asks for more than " + std::to_string(plumb::postgres::kMaxScramIterations) +
                  " SCRAM iterations";
    words[text.copy(words.data(), words.size() - 1)] = '\0';
    return words.data();
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker chose these names.
extern "C" int __real_scram_SaltedPassword(const char* password, const char* salt, int salt_size,
                                           int iterations, std::uint8_t* result, const char** error);

extern "C" int __wrap_scram_SaltedPassword(const char* password, const char* salt, int salt_size,
                                           int iterations, std::uint8_t* result, const char** error) {
    const auto wanted = iterations >= 0 ? static_cast<unsigned long>(iterations) : kNoLimit;
    if (wanted <= allowed && iterations >= 0)
        return __real_scram_SaltedPassword(password, salt, salt_size, iterations, result, error);
    *error = objection(wanted);
    return -1;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

namespace plumb::postgres {

HashLimit::HashLimit(std::chrono::nanoseconds left) {
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
    allowed = std::min(kMaxScramIterations, static_cast<unsigned long>(std::max<long long>(0, whole)));
}

HashLimit::~HashLimit() {
    allowed = kNoLimit;
}

}  // namespace plumb::postgres
