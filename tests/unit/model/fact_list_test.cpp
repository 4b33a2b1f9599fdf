#include "model/fact_list.hpp"

#include "model/fact.hpp"

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
