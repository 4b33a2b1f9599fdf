// A list that is too long for one fact: installed packages, trusted authorities. It travels as a fact that
// counts and digests it, which is what is compared, and as pages beside it (NAME.list.N, informational), from
// which whoever compares two of them names what is only in one.
//
// Items are sorted and hold no ';'. What does not fit on the pages is left out from the end, and the last
// page then ends with "…".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

inline constexpr std::string_view kListPages = ".list.";  // between the fact's name and the page's number

// Whether a fact of this name is a page: "image.packages.list.12".
bool is_list_page(std::string_view name);

// The items on pages of at most kMaxFactValue bytes each.
std::vector<std::string> list_pages(std::span<const std::string> items, std::size_t max_pages);

struct ListDifference {
    std::vector<std::string> only_first;  // in order
    std::vector<std::string> only_second;
};
// Of two lists on pages, in their order. Where one of them was cut, what comes after its last item is in
// neither.
ListDifference compare_lists(std::span<const std::string> first, std::span<const std::string> second);

}  // namespace plumb
