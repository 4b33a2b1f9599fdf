// A list that is too long for one fact: installed packages, trusted authorities, names of variables. It
// travels as a fact that counts and digests it, which is what is compared, and as pages beside it
// (NAME.list.N, informational), from which whoever compares two of them names what is only in one.
//
// An item is a name, or a name and, behind its last space, a version; it holds no ';'. Pages come in two
// forms. The full one: "curl 7.88;zlib 1.2;". The short one, where the full one takes too many pages, begins
// each page with '~' and has of each name only what differs from the one before it on the page, behind a
// base-36 digit that says how many bytes are the same, and of a version four characters of its digest:
// "~0libx11-6~k3fq;7data~9w2c;". What does not fit either way is left out from the end, and the last page
// then ends with "…".
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

// The items, in whatever order they come, on pages of at most kMaxFactValue bytes each.
std::vector<std::string> list_pages(std::span<const std::string> items, std::size_t max_pages);

struct ListDifference {
    std::vector<std::string>
        only_first;  // in order: "curl 7.88", or "curl (another version)" of a short form
    std::vector<std::string> only_second;
    std::string ends_at;  // the last name of a list that was cut; what comes after it is in neither
};
// Of two lists on pages, in their order and in either form.
ListDifference compare_lists(std::span<const std::string> first, std::span<const std::string> second);

struct ListedNames {
    std::vector<std::string> names;  // sorted
    bool cut = false;                // there are more, after the last one
};
ListedNames names_on(std::span<const std::string> pages);

}  // namespace plumb
