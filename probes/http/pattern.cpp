#include "probes/http/pattern.hpp"

#include "probes/pattern_error.hpp"

namespace plumb::http {

Result<Pattern> Pattern::make(std::string_view text) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxPatternBytes);
    auto compiled = std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok()) return Error{pattern_error(*compiled)};
    return Pattern(std::move(compiled));
}

bool Pattern::is_found_in(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace plumb::http
