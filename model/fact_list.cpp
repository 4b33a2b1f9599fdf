#include "model/fact_list.hpp"

#include "model/fact.hpp"

#include <algorithm>
#include <iterator>

namespace plumb {
namespace {

constexpr std::string_view kCut = "…";

struct Joined {
    std::vector<std::string> items;  // sorted
    bool cut = false;
};

Joined join(std::span<const std::string> pages) {
    Joined out;
    for (const auto& page : pages) {
        std::size_t at = 0;
        while (at < page.size()) {
            const auto end = std::min(page.find(';', at), page.size());
            auto item = page.substr(at, end - at);
            if (item == kCut) {
                out.cut = true;
            } else if (!item.empty()) {
                out.items.push_back(std::move(item));
            }
            at = end + 1;
        }
    }
    std::sort(out.items.begin(), out.items.end());
    return out;
}

}  // namespace

bool is_list_page(std::string_view name) {
    const auto at = name.rfind(kListPages);
    if (at == std::string_view::npos) return false;
    const auto number = name.substr(at + kListPages.size());
    return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> list_pages(std::span<const std::string> items, std::size_t max_pages) {
    std::vector<std::string> pages;
    bool cut = false;
    for (const auto& item : items) {
        // Room for the mark of a cut stays on every page.
        const auto most = kMaxFactValue - kCut.size() - 2;
        const std::string_view text = std::string_view(item).substr(0, most);
        if (pages.empty() || pages.back().size() + text.size() > most) {
            if (pages.size() == max_pages) {
                cut = true;
                break;
            }
            pages.emplace_back();
        }
        auto& page = pages.back();
        page.append(text).push_back(';');
    }
    if (cut && !pages.empty()) pages.back().append(kCut);
    return pages;
}

ListDifference compare_lists(std::span<const std::string> first, std::span<const std::string> second) {
    Joined a = join(first);
    Joined b = join(second);
    const auto keep_until = [](const Joined& from, Joined& in) {
        if (!from.cut || from.items.empty()) return;
        std::erase_if(in.items, [&](const std::string& item) { return item > from.items.back(); });
    };
    keep_until(a, b);
    keep_until(b, a);
    ListDifference out;
    std::set_difference(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                        std::back_inserter(out.only_first));
    std::set_difference(b.items.begin(), b.items.end(), a.items.begin(), a.items.end(),
                        std::back_inserter(out.only_second));
    return out;
}

}  // namespace plumb
