// Words that the renderers share.
#pragma once

#include "controller/judge/finding/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct MissingWords {
    std::string what;  // "cache latency"; "the comparison" as a whole
    std::string reason;
    bool blocks = false;
};

std::string side_name(const Report& report, const char* side);  // the selector
std::string verdict_words(const Report& report);                // "2 findings hold, 1 warning"
std::string scope_words(const Labels& scope);                   // "zone=az1"; "the whole environment"
// The scope with what chooses the same tasks, and what may as well be it.
std::string where_words(const Finding& finding);
// How much of a shift is the network's and how much the server's, in ms and shares; mostly empty.
std::string share_words(const Finding& finding);
std::string compared_words(const Report& report);  // "3 tasks (12 windows, newest 4 s ago) …"
std::string folded_words(const Finding& finding);  // "latency:query:p50, fact:tls.issuer"; may be empty
std::vector<MissingWords> missing_words(const Report& report);  // blocking ones first; alike ones joined
std::vector<std::string> accepted_words(const Report& report);
std::vector<std::string> overruled_words(const Report& report);
// "accepted until 2026-10-01; from then on it counts again"; mostly empty
std::string expired_words(const Finding& finding);
std::size_t comparisons_left_out(const Report& report);

// Shows as it stands in GitHub's Markdown: no markup, no mention, no link.
std::string markdown_text(std::string_view text);

// What people read ends somewhere; a program reads all of it as JSON.
inline constexpr std::size_t kMostTold = 100;
std::string more_words(std::size_t all, std::string_view what);  // "and 5900 more findings; …"

}  // namespace plumb::judge
