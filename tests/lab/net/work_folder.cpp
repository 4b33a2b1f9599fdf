#include "tests/lab/net/work_folder.hpp"

#include "tests/lab/net/task_group.hpp"
#include "tests/support/cpu_group.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "plumb-lab-net.lock";

// Held by the laboratory and by the scenarios that it forked, which outlive it by a moment.
test::Descriptor locked(const fs::path& folder, int flags) {
    test::Descriptor file(::open((folder / kLock).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
    if (file.valid() && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) file.reset();
    return file;
}

// In a place where everybody makes folders, only our own is looked into.
bool is_own_folder(const fs::path& path) {
    struct stat about {};
    return path.filename().string().starts_with("plumb-test-") && ::lstat(path.c_str(), &about) == 0 &&
           S_ISDIR(about.st_mode) && about.st_uid == ::geteuid();
}

}  // namespace

WorkFolder::WorkFolder() : lock_(locked(folder_.path(), O_CREAT | O_EXCL)) {
    if (!lock_.valid()) throw std::system_error(errno, std::system_category(), folder_.file(kLock));
}

void clear_left_behind() {
    std::error_code ignored;
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
        if (is_own_folder(entry.path()) && locked(entry.path(), 0).valid()) left.push_back(entry.path());
    }
    for (const auto& folder : left) {
        test::CpuGroup::remove_left_behind(folder.filename().string() + "-");
        TaskGroup::remove_left_behind(folder.filename().string() + "-");
        fs::remove_all(folder, ignored);
    }
}

}  // namespace plumb::lab
