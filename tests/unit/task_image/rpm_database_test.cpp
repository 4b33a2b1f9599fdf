#include "probes/task/image/rpm_database.hpp"

#include "probes/task/image/big_endian.hpp"
#include "probes/task/image/rpm_header.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/task_image/rpm_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

class RpmDatabase : public testing::Test {
  protected:
    std::string bytes(const std::vector<Package>& packages, const RpmMaking& making = {}) const {
        make_rpm_database(path(), packages, making);
        return test::read_whole(path());
    }
    std::string path() const { return dir_.file("rpmdb.sqlite"); }
    std::string log() const { return test::read_whole(path() + "-wal"); }

    static std::optional<std::vector<Package>> read(std::string_view file, std::string_view log = {}) {
        const TextSource database(file);
        const TextSource newer(log);
        return read_rpm_database(database, log.empty() ? nullptr : &newer);
    }

  private:
    test::TempDir dir_;
};

TEST_F(RpmDatabase, names_every_package_whatever_the_size_of_pages_and_headers) {
    for (const unsigned page_size : {512U, 4096U, 65536U}) {
        for (const std::size_t filling : {10U, 470U, 3000U, 40'000U}) {
            const auto packages = made_up(filling > 1000 ? 30 : 120);
            const auto found = read(bytes(packages, {page_size, filling, "Packages"}));
            ASSERT_TRUE(found) << page_size << ' ' << filling;
            EXPECT_THAT(*found, ElementsAreArray(packages)) << page_size << ' ' << filling;
        }
    }
}

TEST_F(RpmDatabase, an_empty_one_has_none) {
    const auto found = read(bytes({}));
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, IsEmpty());
}

TEST_F(RpmDatabase, another_database_is_not_taken_for_one) {
    EXPECT_FALSE(read(bytes(made_up(3), {4096, 100, "Others"})));
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read("SQLite format 3"));
    EXPECT_FALSE(read(std::string(8192, '\0')));
}

TEST_F(RpmDatabase, what_is_still_in_the_log_counts) {
    const auto packages = made_up(40);
    make_rpm_database(path(), {packages.begin(), packages.begin() + 20});
    const auto before = test::read_whole(path());
    add_in_log(path(), {packages.begin() + 20, packages.begin() + 30});
    add_in_log(path(), {packages.begin() + 30, packages.end()});
    ASSERT_EQ(test::read_whole(path()), before);
    ASSERT_GT(log().size(), 4096U);
    EXPECT_EQ(read(before)->size(), 20U);
    EXPECT_THAT(*read(before, log()), ElementsAreArray(packages));
}

TEST_F(RpmDatabase, a_transaction_that_never_ended_does_not_count) {
    const auto packages = made_up(40);
    make_rpm_database(path(), {packages.begin(), packages.begin() + 20});
    add_in_log(path(), {packages.begin() + 20, packages.begin() + 30});
    const auto whole = log().size();
    add_in_log(path(), {packages.begin() + 30, packages.end()});
    auto damaged = log();
    damaged.back() ^= 1;
    EXPECT_EQ(read(test::read_whole(path()), damaged)->size(), 30U);
    damaged = log();
    damaged.resize(damaged.size() - 1);
    EXPECT_EQ(read(test::read_whole(path()), damaged)->size(), 30U);
    damaged[whole + 8] ^= 1;  // the salt of the first frame behind
    EXPECT_EQ(read(test::read_whole(path()), damaged)->size(), 30U);
    damaged[0] = 0;
    EXPECT_EQ(read(test::read_whole(path()), damaged)->size(), 20U);
}

TEST_F(RpmDatabase, a_tree_that_leads_back_into_itself_ends) {
    auto file = bytes(made_up(200), {4096, 500, "Packages"});
    std::size_t interior = 0;
    for (std::size_t page = 4096; page < file.size(); page += 4096) {
        if (file[page] != 0x05) continue;
        ++interior;
        const auto number = page / 4096 + 1;
        for (std::size_t i = 0; i < 4; ++i)
            file[page + 8 + i] = static_cast<char>(number >> (24 - 8 * i) & 0xFFU);
    }
    ASSERT_GE(interior, 1U);
    EXPECT_FALSE(read(file));
}

TEST_F(RpmDatabase, an_overflow_chain_that_leads_back_into_itself_ends) {
    auto file = bytes({{"big", "1-1", "noarch"}}, {512, 200'000, "Packages"});
    // Each page that only links to the next one now links to itself.
    for (std::size_t page = 512; page + 512 <= file.size(); page += 512) {
        const auto next = big_endian_32(file, page);
        const auto number = page / 512 + 1;
        if (next != number + 1) continue;
        for (std::size_t i = 0; i < 4; ++i)
            file[page + i] = static_cast<char>(number >> (24 - 8 * i) & 0xFFU);
    }
    const auto found = read(file);
    EXPECT_TRUE(!found || found->size() == 1);
}

TEST_F(RpmDatabase, damage_anywhere_is_survived) {
    const auto good = bytes(made_up(60), {512, 700, "Packages"});
    std::size_t refused = 0;
    for (const auto& file : damaged(good)) {
        const auto found = read(file);
        refused += found ? 0 : 1;
        EXPECT_LE(found ? found->size() : 0, 100U);
    }
    EXPECT_GE(refused, 80U);  // all that are cut short
}

TEST(RpmHeader, has_the_epoch_only_where_there_is_one) {
    EXPECT_EQ(parse_rpm_header(rpm_header({"bash", "5.2-1.amzn2023", "x86_64"})),
              (Package{"bash", "5.2-1.amzn2023", "x86_64"}));
    EXPECT_EQ(parse_rpm_header(rpm_header({"openssl", "1:3.0-1", "x86_64"}))->version, "1:3.0-1");
}

TEST(RpmHeader, cut_behind_the_names_is_enough_and_before_them_is_not) {
    const Package package{"bash", "1:5.2-1.amzn2023", "x86_64"};
    const auto front = rpm_header(package, 5000);
    EXPECT_EQ(parse_rpm_header(std::string_view(front).substr(0, 300)), package);
    const auto back = rpm_header(package, 5000, true);
    EXPECT_FALSE(parse_rpm_header(std::string_view(back).substr(0, 5000)));
    EXPECT_EQ(parse_rpm_header(back), package);
    for (std::size_t size = 0; size < 300; ++size) {
        const auto found = parse_rpm_header(std::string_view(front).substr(0, size));
        EXPECT_TRUE(!found || *found == package) << size;
    }
}

TEST(RpmHeader, lies_about_sizes_are_refused) {
    EXPECT_FALSE(parse_rpm_header(std::string(8, '\xff')));
    auto header = rpm_header({"bash", "1:5-1", "x86_64"});
    for (std::size_t entry = 0; entry < 6; ++entry) {
        auto lying = header;
        for (std::size_t i = 0; i < 4; ++i)
            lying[8 + entry * 16 + 8 + i] = '\xff';  // its offset
        const auto found = parse_rpm_header(lying);
        EXPECT_EQ(found.has_value(), entry == 5) << entry;  // the filling is not looked at
    }
}

}  // namespace
}  // namespace plumb::task::image
