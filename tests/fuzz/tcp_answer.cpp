// probes/tcp/steps: a pattern of the target's in the bytes of a peer, and the escapes in what is sent. The
// input is the pattern, a line, and the bytes.
#include "probes/tcp/steps.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace plumb;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::string text(input.take_until('\n'));
    const auto bytes = input.rest();
    if (const auto plain = tcp::unescape(text)) require(plain->size() <= text.size(), "escapes only shrink");
    const auto pattern = tcp::Pattern::make(text);
    if (!pattern) {
        require(!pattern.error().message.empty(), "a refusal says why");
        return 0;
    }
    const auto match = pattern->find(bytes);
    if (!match) return 0;
    require(match->end <= bytes.size(), "a match lies within the bytes");
    require(match->line.find('\n') == std::string_view::npos, "the line of a match is one");
    require(match->line.empty() || (match->line.data() >= bytes.data() &&
                                    match->line.data() + match->line.size() <= bytes.data() + bytes.size()),
            "the line is the peer's");
    return 0;
}
