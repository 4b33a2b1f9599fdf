#include "probes/http/pattern.hpp"

#include <re2/re2.h>

namespace plumb::http {
namespace {

constexpr std::int64_t kMaxMemory = 1 << 20;  // of the automaton; RE2 falls back to a slower one beyond it

// RE2 repeats the part of the pattern that it complains of behind its own words.
std::string complaint(const RE2& pattern) {
    std::string words = pattern.error();
    const std::string part = ": " + pattern.error_arg();
    if (words.ends_with(part)) words.resize(words.size() - part.size());
    return words;
}

}  // namespace

Result<Pattern> Pattern::make(std::string_view text) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxMemory);
    auto compiled = std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok()) return Error{complaint(*compiled)};
    return Pattern(std::move(compiled));
}

bool Pattern::is_found_in(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace plumb::http
