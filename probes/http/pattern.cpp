#include "probes/http/pattern.hpp"

#include "base/text.hpp"

#include <re2/re2.h>

namespace plumb::http {
namespace {

constexpr std::int64_t kMaxMemory = 1 << 20;  // of the automaton; RE2 falls back to a slower one beyond it

}  // namespace

Result<Pattern> Pattern::make(std::string_view text) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxMemory);
    auto compiled = std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok()) return Error{sanitize(compiled->error())};
    return Pattern(std::move(compiled));
}

bool Pattern::is_found_in(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace plumb::http
