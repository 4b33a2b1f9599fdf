// What a killed laboratory left is cleared by the next, and nothing else is.
#include "tests/lab/net/work_folder.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;

class lab_work_folder : public testing::Test {
  protected:
    lab_work_folder() { ::setenv("TMPDIR", place_.path().c_str(), 1); }
    ~lab_work_folder() override {
        if (before_.empty()) {
            ::unsetenv("TMPDIR");
        } else {
            ::setenv("TMPDIR", before_.c_str(), 1);
        }
    }
    const test::TempDir place_;

  private:
    std::string before_ = std::getenv("TMPDIR") == nullptr ? "" : std::getenv("TMPDIR");
};

TEST_F(lab_work_folder, one_whose_laboratory_is_gone_is_cleared) {
    place_.write("plumb-test-killed/plumb-lab-net.lock", "");
    place_.write("plumb-test-killed/1/gate-01.json", "{}");
    clear_left_behind();
    EXPECT_FALSE(fs::exists(place_.file("plumb-test-killed")));
}

TEST_F(lab_work_folder, one_whose_laboratory_runs_stays) {
    const WorkFolder running;
    fs::create_directory(running.file("1"));
    clear_left_behind();
    EXPECT_TRUE(fs::exists(running.file("1")));
}

TEST_F(lab_work_folder, what_is_no_laboratory_stays) {
    place_.write("plumb-test-other/file", "");
    place_.write("elsewhere/plumb-lab-net.lock", "");
    fs::create_directory_symlink(place_.file("elsewhere"), place_.file("plumb-test-link"));
    clear_left_behind();
    EXPECT_TRUE(fs::exists(place_.file("plumb-test-other/file")));
    EXPECT_TRUE(fs::exists(place_.file("elsewhere/plumb-lab-net.lock")));
    EXPECT_TRUE(fs::is_symlink(place_.file("plumb-test-link")));
}

}  // namespace
}  // namespace plumb::lab
