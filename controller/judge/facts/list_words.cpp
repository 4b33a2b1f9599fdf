#include "controller/judge/facts/list_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::size_t kTold = 3;     // items in the words
constexpr std::size_t kInJson = 32;  // and in the evidence

std::string in_words(const std::vector<std::string>& items) {
    if (items.empty()) return {};
    std::string words = " with ";
    for (std::size_t i = 0; i < std::min(items.size(), kTold); ++i)
        words += (i == 0 ? "" : ", ") + items[i];
    if (items.size() > kTold) words += fmt::format(" and {} more", items.size() - kTold);
    return words;
}

boost::json::array in_json(const std::vector<std::string>& items) {
    boost::json::array out;
    for (std::size_t i = 0; i < std::min(items.size(), kInJson); ++i)
        out.emplace_back(items[i]);
    return out;
}

}  // namespace

void tell_lists_of_pages(std::span<const std::string> baseline, std::span<const std::string> candidate,
                         Finding& finding) {
    if (!baseline.empty() && !candidate.empty())
        tell_list_difference(compare_lists(baseline, candidate), finding);
}

void tell_list_difference(const ListDifference& difference, Finding& finding) {
    const bool named = !difference.only_first.empty() || !difference.only_second.empty();
    const auto& end = difference.ends_at;
    if (!named && end.empty()) return;
    finding.baseline += in_words(difference.only_first);
    finding.candidate += in_words(difference.only_second);
    if (!named) finding.candidate += fmt::format(", differs behind {}, where the list ends", end);
    boost::json::object only{{"baseline", in_json(difference.only_first)},
                             {"candidate", in_json(difference.only_second)},
                             {"baseline_items", difference.only_first.size()},
                             {"candidate_items", difference.only_second.size()}};
    if (!end.empty()) only["list_ends_at"] = end;
    finding.evidence["only"] = std::move(only);
}

}  // namespace plumb::judge
