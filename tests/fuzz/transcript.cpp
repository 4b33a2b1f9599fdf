// controller/ctl/diff: what people saved of a check, and whatever else they hand over by mistake.
#include "controller/ctl/diff/transcript.hpp"

#include "controller/ctl/diff/check_output.hpp"
#include "model/window.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

void check_dependency(const ctl::SavedDependency& dependency) {
    fuzz::require_readable(dependency.kind, kMaxName, "a kind is bounded and readable");
    require(dependency.runs > 0 && dependency.failed <= dependency.runs, "no more failures than runs");
    require(dependency.failure.has_value() == (dependency.failed > 0),
            "a failure is told where there was one");
    if (dependency.failure) {
        fuzz::require_readable(dependency.failure->cause, kMaxName, "a cause is bounded and readable");
        fuzz::require_readable(dependency.failure->phase, kMaxName, "a phase is bounded and readable");
        fuzz::require_readable(dependency.failure->detail, kMaxDetail, "a detail is bounded and readable");
    }
    for (const auto& [name, fact] : dependency.facts) {
        fuzz::require_readable(name, kMaxName, "a fact's name is bounded and readable");
        fuzz::require_readable(fact.value, kMaxFactValue, "a fact's value is bounded and readable");
    }
    for (const auto& [name, gauge] : dependency.gauges) {
        fuzz::require_readable(name, kMaxName, "a gauge's name is bounded and readable");
        if (const auto room = gauge.headroom()) require(*room >= 0 && *room <= 1, "headroom is a share");
    }
}

// A terminal ends its lines with CR LF; what was printed is the same.
std::string as_terminal(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::Input(data, size).rest();
    const auto plain = ctl::plain_text(text);
    require(plain.find_first_of(std::string_view("\x1b\r\0", 3)) == std::string::npos,
            "plain text has no escapes");
    require(plain.size() <= text.size() * 3 / 2 + 1, "plain text is hardly longer");

    const auto check = ctl::read_check(text, "saved.json");
    const bool one_byte = text.find('\x1b') == std::string_view::npos && !text.starts_with("\xff\xfe");
    if (one_byte) {
        const auto again = ctl::read_check(as_terminal(text), "saved.json");
        require(again.has_value() == check.has_value(), "the ends of lines do not matter");
    }
    if (!check) {
        fuzz::require_readable(check.error().message, 1024, "an error is bounded and readable");
        return 0;
    }
    for (const auto& [name, dependency] : check->dependencies) {
        fuzz::require_readable(name, kMaxName, "a dependency's name is bounded and readable");
        check_dependency(dependency);
    }
    return 0;
}
