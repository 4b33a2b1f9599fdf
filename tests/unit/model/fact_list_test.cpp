#include "model/fact_list.hpp"

#include "base/text.hpp"
#include "model/fact.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> packages(int from, int to) {
    std::vector<std::string> items;
    for (int i = from; i < to; ++i)
        items.push_back(fmt::format("package-{:03} 1.2.{}", i, i));
    return items;
}

TEST(FactList, pages_are_bounded_and_hold_every_item) {
    const auto pages = list_pages(packages(0, 300), 100);
    for (const auto& page : pages)
        EXPECT_LE(page.size(), kMaxFactValue);
    const auto nothing = compare_lists(pages, list_pages(packages(0, 300), 100));
    EXPECT_THAT(nothing.only_first, IsEmpty());
    EXPECT_THAT(nothing.only_second, IsEmpty());
}

TEST(FactList, names_what_only_one_side_has_though_pages_shift) {
    auto other = packages(0, 300);
    other.erase(other.begin() + 7);
    other.push_back("zlib 1.3");
    const auto found = compare_lists(list_pages(packages(0, 300), 100), list_pages(other, 100));
    EXPECT_THAT(found.only_first, ElementsAre("package-007 1.2.7"));
    EXPECT_THAT(found.only_second, ElementsAre("zlib 1.3"));
}

TEST(FactList, what_a_cut_list_cannot_tell_is_no_difference) {
    const auto whole = list_pages(packages(0, 300), 100);
    auto other = packages(0, 300);
    other.erase(other.begin() + 2);
    const auto cut = list_pages(other, 3);
    EXPECT_THAT(cut, ::testing::SizeIs(3));
    EXPECT_TRUE(cut.back().ends_with("…"));
    EXPECT_LE(cut.back().size(), kMaxFactValue);
    const auto found = compare_lists(whole, cut);
    EXPECT_THAT(found.only_first, ElementsAre("package-002 1.2.2"));
    EXPECT_THAT(found.only_second, IsEmpty());
    EXPECT_EQ(found.ends_at, names_on(cut).names.back());
    EXPECT_EQ(compare_lists(whole, whole).ends_at, "");
}

// Names as Debian has them: 12 bytes on average, many with a common beginning.
std::vector<std::string> system_packages(std::size_t count) {
    constexpr std::array kFamilies{"lib", "python3-", "libx11-", "perl-", "linux-", "gir1.2-"};
    std::vector<std::string> items;
    for (std::size_t i = 0; i < count; ++i) {
        items.push_back(fmt::format("{}{:x} {}:{}.{}-{}+deb12u{}", kFamilies[i % kFamilies.size()],
                                    i * 2654435761U % 1'000'000U, i % 3, i % 17, i % 29, i % 7, i % 5));
    }
    return items;
}

TEST(FactList, the_packages_of_a_whole_system_fit_by_leaving_out_versions) {
    const auto items = system_packages(850);
    const auto pages = list_pages(items, 56);
    EXPECT_TRUE(pages.front().starts_with('~'));
    EXPECT_FALSE(names_on(pages).cut);
    std::vector<std::string> names;
    for (const auto& item : items)
        names.push_back(item.substr(0, item.find(' ')));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names_on(pages).names, names);
    for (const auto& page : pages)
        EXPECT_LE(page.size(), kMaxFactValue);
}

TEST(FactList, short_forms_name_another_version_and_what_is_on_one_side_alone) {
    const auto items = system_packages(850);
    auto other = items;
    other[800] = items[800].substr(0, items[800].find(' ')) + " 9.9";
    other[801] = "zz-new 1.0";
    const auto found = compare_lists(list_pages(items, 56), list_pages(other, 56));
    const auto name = [&](std::size_t at) { return items[at].substr(0, items[at].find(' ')); };
    EXPECT_THAT(found.only_first,
                ::testing::UnorderedElementsAre(name(800) + " (another version)", name(801)));
    EXPECT_THAT(found.only_second, ElementsAre(name(800) + " (another version)", "zz-new"));
    EXPECT_EQ(found.ends_at, "");
}

TEST(FactList, a_full_form_and_a_short_one_are_compared) {
    const auto items = packages(0, 300);
    auto other = items;
    other[7] = "package-007 2.0";
    const auto found = compare_lists(list_pages(items, 100), list_pages(other, 12));
    EXPECT_THAT(found.only_first, ElementsAre("package-007 1.2.7"));
    EXPECT_THAT(found.only_second, ElementsAre("package-007 (another version)"));
    EXPECT_THAT(compare_lists(list_pages(items, 100), list_pages(items, 12)).only_second, IsEmpty());
}

TEST(FactList, names_without_a_version_and_with_blanks_stay_whole) {
    const std::vector<std::string> items{"DATABASE_URL", "Root \u00e9 One [aa]", "Root \u00e8 Two [bb]",
                                         "A~B"};
    for (const std::size_t most : {9U, 1U}) {
        EXPECT_THAT(names_on(list_pages(items, most)).names,
                    ElementsAre("A~B", "DATABASE_URL", "Root \u00e8 Two", "Root \u00e9 One"));
    }
    std::vector<std::string> many;
    for (int i = 0; i < 40; ++i)
        many.push_back(fmt::format("Root \u00e9{} [{}]", i, i));
    many.push_back("Root \u00e8 [1]");
    const auto pages = list_pages(many, 2);
    ASSERT_TRUE(pages.front().starts_with('~'));
    EXPECT_THAT(names_on(pages).names, ::testing::Contains("Root \u00e939"));
    for (const auto& page : pages)
        EXPECT_EQ(sanitize(page, kMaxFactValue), page) << "no character is parted";
}

TEST(FactList, pages_that_nobody_wrote_so_are_passed_over) {
    const std::vector<std::string> pages{"~", "~;;z;~;0;9tail~aaaa;", "~0a~bbbb;9b~cccc;1c~dddd", "…"};
    const auto read = names_on(pages);
    EXPECT_THAT(read.names, ElementsAre("a", "ac"));
    EXPECT_TRUE(read.cut);
}

TEST(FactList, an_item_of_any_length_finds_its_page) {
    const std::vector<std::string> long_one{std::string(5000, 'x')};
    const auto pages = list_pages(long_one, 4);
    ASSERT_THAT(pages, ::testing::SizeIs(1));
    EXPECT_LE(pages[0].size(), kMaxFactValue);
    EXPECT_THAT(list_pages({}, 4), IsEmpty());
}

}  // namespace
}  // namespace plumb
