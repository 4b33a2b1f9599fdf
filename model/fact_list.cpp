#include "model/fact_list.hpp"

#include "model/fact.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <tuple>

namespace plumb {
namespace {

constexpr std::string_view kCut = "…";
constexpr char kShort = '~';  // begins a page of the short form, and stands before a version's digest
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
// Of a page. Room for the mark of a cut stays on every one.
constexpr std::size_t kRoom = kMaxFactValue - kCut.size() - 2;

struct Item {
    std::string name;
    std::string version;  // or its digest
    std::string text;     // for people
};

bool before(const Item& a, const Item& b) {
    return std::tie(a.name, a.version) < std::tie(b.name, b.version);
}

struct Joined {
    std::vector<Item> items;
    bool cut = false;
    bool digested = false;  // the versions
};

Item parse_item(std::string_view text) {
    const auto space = text.rfind(' ');
    if (space == std::string_view::npos) return {std::string(text), {}, std::string(text)};
    return {std::string(text.substr(0, space)), std::string(text.substr(space + 1)), std::string(text)};
}

// FNV-1a, 20 bits of it: two versions of a package are told apart but for one chance in a million.
std::string digest_of(std::string_view version) {
    if (version.empty()) return {};
    std::uint32_t sum = 2166136261U;
    for (const char c : version)
        sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
    sum ^= sum >> 20U;
    std::string out;
    for (unsigned shift = 0; shift < 20; shift += 5)
        out.push_back(kDigits[(sum >> shift) & 31U]);
    return out;
}

void digest_versions(Joined& list) {
    if (list.digested) return;
    for (auto& item : list.items)
        item.version = digest_of(item.version);
    list.digested = true;
}

// How many first bytes of a name the one before it has, too. It never parts a character.
std::size_t shared_bytes(std::string_view last, std::string_view name) {
    const auto most = std::min({last.size(), name.size(), kDigits.size() - 1});
    std::size_t shared = 0;
    while (shared < most && last[shared] == name[shared])
        ++shared;
    while (shared > 0 && shared < name.size() && (static_cast<unsigned char>(name[shared]) & 0xC0U) == 0x80U)
        --shared;
    return shared;
}

std::string short_text(const Item& item, std::string_view last) {
    const auto shared = shared_bytes(last, item.name);
    std::string text(1, kDigits[shared]);
    return text.append(item.name, shared).append(1, kShort).append(item.version);
}

// nullopt for what nobody wrote so. `last`: the name before it on the page.
std::optional<Item> parse_short(std::string_view text, std::string_view last) {
    const auto shared = kDigits.find(text.empty() ? ' ' : text.front());
    const auto mark = text.rfind(kShort);
    if (shared == std::string_view::npos || mark == std::string_view::npos || shared > last.size())
        return std::nullopt;
    std::string name(last.substr(0, shared));
    name.append(text.substr(1, mark - 1));
    return Item{name, std::string(text.substr(mark + 1)), name};
}

Joined join(std::span<const std::string> pages) {
    Joined out;
    for (const auto& page : pages)
        out.digested = out.digested || page.starts_with(kShort);
    for (const auto& page : pages) {
        std::string_view rest = page;
        const bool in_short = rest.starts_with(kShort);
        if (in_short) rest.remove_prefix(1);
        std::string last;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            const auto text = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (text == kCut) out.cut = true;
            if (text.empty() || text == kCut) continue;
            auto item = in_short ? parse_short(text, last) : parse_item(text);
            if (!item) continue;
            last = item->name;
            out.items.push_back(*std::move(item));
        }
    }
    std::sort(out.items.begin(), out.items.end(), before);
    return out;
}

// What comes after the end of a list that was cut is in neither.
void keep_until(const Joined& from, Joined& in, std::string& ends_at) {
    if (!from.cut || from.items.empty()) return;
    const auto& last = from.items.back();
    std::erase_if(in.items, [&](const Item& item) { return before(last, item); });
    if (ends_at.empty() || last.name < ends_at) ends_at = last.name;
}

std::vector<std::string> only_in(const Joined& list, const Joined& other, bool digested) {
    std::vector<Item> items;
    std::set_difference(list.items.begin(), list.items.end(), other.items.begin(), other.items.end(),
                        std::back_inserter(items), before);
    std::vector<std::string> out;
    out.reserve(items.size());
    for (auto& item : items) {
        const auto at =
            std::lower_bound(other.items.begin(), other.items.end(), Item{item.name, {}, {}}, before);
        const bool known = at != other.items.end() && at->name == item.name;
        if (digested && known) item.text += " (another version)";
        out.push_back(std::move(item.text));
    }
    return out;
}

// `shortly`: the form. Of a list that is too long, what fits.
std::vector<std::string> pages_of(const std::vector<Item>& items, std::size_t max_pages, bool shortly,
                                  bool& cut) {
    std::vector<std::string> pages;
    std::string_view last;
    for (const auto& item : items) {
        auto text = shortly ? short_text(item, last) : item.text.substr(0, kRoom);
        if (pages.empty() || pages.back().size() + text.size() > kRoom) {
            cut = pages.size() == max_pages;
            if (cut) break;
            pages.emplace_back(shortly ? 1 : 0, kShort);
            if (shortly) text = short_text(item, {});
        }
        pages.back().append(text).push_back(';');
        last = item.name;
    }
    if (cut && !pages.empty()) pages.back().append(kCut);
    return pages;
}

}  // namespace

bool is_list_page(std::string_view name) {
    const auto at = name.rfind(kListPages);
    if (at == std::string_view::npos) return false;
    const auto number = name.substr(at + kListPages.size());
    return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> list_pages(std::span<const std::string> items, std::size_t max_pages) {
    Joined list;
    list.items.reserve(items.size());
    for (const auto& item : items) {
        list.items.push_back(parse_item(std::string_view(item).substr(0, kRoom - 8)));
    }
    std::sort(list.items.begin(), list.items.end(), before);
    bool cut = false;
    auto pages = pages_of(list.items, max_pages, false, cut);
    if (!cut) return pages;
    digest_versions(list);
    std::sort(list.items.begin(), list.items.end(), before);
    cut = false;
    return pages_of(list.items, max_pages, true, cut);
}

ListDifference compare_lists(std::span<const std::string> first, std::span<const std::string> second) {
    Joined a = join(first);
    Joined b = join(second);
    const bool a_short = a.digested;
    const bool b_short = b.digested;
    for (auto* list : {&a, &b}) {
        if (a_short || b_short) digest_versions(*list);
        std::sort(list->items.begin(), list->items.end(), before);
    }
    ListDifference out;
    keep_until(a, b, out.ends_at);
    keep_until(b, a, out.ends_at);
    out.only_first = only_in(a, b, a_short);
    out.only_second = only_in(b, a, b_short);
    return out;
}

ListedNames names_on(std::span<const std::string> pages) {
    auto list = join(pages);
    ListedNames out{{}, list.cut};
    out.names.reserve(list.items.size());
    for (auto& item : list.items)
        out.names.push_back(std::move(item.name));
    return out;
}

}  // namespace plumb
