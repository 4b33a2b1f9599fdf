// What the fuzz targets share. A target is LLVMFuzzerTestOneInput (LLVM's libFuzzer): it hands the bytes to
// one parser and require()s what must hold of the result whatever they are. It keeps nothing from one call to
// the next.
#pragma once

#include "base/text.hpp"
#include "model/outcome.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace plumb::fuzz {

// Ends the program, which libFuzzer takes for a crash, when a property does not hold.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "what must hold does not: %s\n", what);
    std::abort();
}

// Text that a person or a program may read: of at most `limit` bytes, and sanitize() finds nothing to escape
// in it.
inline void require_readable(std::string_view text, std::size_t limit, const char* what) {
    require(text.size() <= limit, what);
    require(sanitize(text, limit) == text, what);
}

// What every outcome promises of its facts (model/fact.hpp).
inline void require_good_facts(const Outcome& outcome) {
    require(outcome.facts.size() <= kMaxFacts, "an outcome has at most kMaxFacts facts");
    for (const auto& fact : outcome.facts)
        require_readable(fact.value, kMaxFactValue, "a fact's value is bounded and readable");
}

// Each byte as %XX: any bytes may stand in a URL so.
inline std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
    return out;
}

// The input, taken from its front. What is no longer there reads as zero or nothing.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(size == 0 ? "" : reinterpret_cast<const char*>(data), size) {}

    unsigned byte() {
        const auto taken = take(1);
        return taken.empty() ? 0U : static_cast<unsigned char>(taken[0]);
    }
    std::size_t two_bytes() {  // the high one first
        const std::size_t high = byte();
        return high << 8U | byte();
    }
    std::string_view take(std::size_t count) {
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    // Up to the next `separator`, which goes too.
    std::string_view take_until(char separator) {
        const auto end = std::min(rest_.find(separator), rest_.size());
        const auto taken = take(end);
        take(1);
        return taken;
    }
    bool empty() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

// Cuts `bytes` into pieces of 1 to 16 bytes, as a network might; `seed` decides where. Stops when `take` says
// false.
template <class Take>
void in_pieces(std::string_view bytes, unsigned seed, const Take& take) {
    while (!bytes.empty()) {
        seed = seed * 1103515245U + 12345U;
        const auto piece = bytes.substr(0, 1 + (seed >> 16U) % 16U);
        bytes.remove_prefix(piece.size());
        if (!take(piece)) return;
    }
}

}  // namespace plumb::fuzz
