// rpm's database in Berkeley DB, made with the library itself.
#include "probes/task/image/rpm_database.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/task_image/rpm_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

class BerkeleyRpmDatabase : public testing::Test {
  protected:
    std::string bytes(const std::vector<Package>& packages, const RpmMaking& making = {},
                      bool tree = false) const {
        make_berkeley_rpm_database(dir_.file("Packages"), packages, making, tree);
        return test::read_whole(dir_.file("Packages"));
    }
    static std::optional<std::vector<Package>> read(std::string_view file) {
        return read_berkeley_rpm_database(TextSource(file));
    }

  private:
    test::TempDir dir_;
};

TEST_F(BerkeleyRpmDatabase, names_every_package_whatever_the_size_of_pages_and_headers) {
    for (const unsigned page_size : {512U, 4096U, 65536U}) {
        for (const std::size_t filling : {10U, 470U, 3000U, 40'000U}) {
            const auto packages = made_up(filling > 1000 ? 60 : 700);
            const auto found = read(bytes(packages, {page_size, filling, {}}));
            ASSERT_TRUE(found) << page_size << ' ' << filling;
            EXPECT_THAT(*found, UnorderedElementsAreArray(packages)) << page_size << ' ' << filling;
        }
    }
}

TEST_F(BerkeleyRpmDatabase, an_empty_one_has_none) {
    const auto found = read(bytes({}));
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, IsEmpty());
}

TEST_F(BerkeleyRpmDatabase, another_file_is_not_taken_for_one) {
    EXPECT_FALSE(read(bytes(made_up(3), {}, true)));
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read(std::string(8192, '\0')));
    auto file = bytes(made_up(3));
    file[26] = 1;  // with checksums, which move everything
    EXPECT_FALSE(read(file));
    file[26] = 0;
    file[16] = 10;  // a version to come
    EXPECT_FALSE(read(file));
    file[16] = 9;
    ASSERT_TRUE(read(file));
    file.resize(file.size() - 1);
    EXPECT_FALSE(read(file)) << "copied while it grew, or cut short";
}

TEST_F(BerkeleyRpmDatabase, a_chain_of_pages_that_leads_back_into_itself_ends) {
    auto file = bytes({{"big", "1-1", "noarch"}}, {512, 200'000, {}});
    std::size_t changed = 0;
    for (std::size_t page = 512; page + 512 <= file.size(); page += 512) {
        if (file[page + 25] != 7) continue;
        const auto number = page / 512;
        for (std::size_t i = 0; i < 4; ++i)
            file[page + 16 + i] = static_cast<char>(number >> (8 * i) & 0xFFU);
        ++changed;
    }
    ASSERT_GE(changed, 300U);
    const auto found = read(file);
    EXPECT_TRUE(!found || found->size() == 1);
}

TEST_F(BerkeleyRpmDatabase, damage_anywhere_is_survived) {
    const auto good = bytes(made_up(60), {512, 700, {}});
    std::size_t refused = 0;
    for (const auto& file : damaged(good)) {
        const auto found = read(file);
        refused += found ? 0 : 1;
        EXPECT_LE(found ? found->size() : 0, 100U);
    }
    EXPECT_GE(refused, 80U);  // all that are cut short
}

}  // namespace
}  // namespace plumb::task::image
