#include "tests/lab/net/log_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = ".plumb-lab";

bool is_small_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

}  // namespace

bool is_scenario_name(const std::string& name) {
    return !name.empty() && is_small_or_digit(name[0]) &&
           std::all_of(name.begin(), name.end(), [](char letter) {
               return is_small_or_digit(letter) || letter == '-' || letter == '_';
           });
}

plumb::Result<void> may_replace(const std::string& folder) {
    std::error_code failed;
    const auto there = fs::symlink_status(folder, failed);
    if (!fs::exists(there)) return {};
    if (fs::is_directory(there) && fs::exists(fs::path(folder) / kMarker, failed)) return {};
    return Error{folder +
                 " is no folder of the laboratory and stays as it is; move it away, or name other --logs"};
}

void keep_logs(const std::string& from, const std::string& to) {
    if (const auto ours = may_replace(to); !ours) throw std::runtime_error(ours.error().message);
    fs::remove_all(to);
    fs::create_directories(to);
    std::ofstream(fs::path(to) / kMarker) << "plumb-lab-net replaces this folder\n";
    for (const auto& entry : fs::directory_iterator(from)) {
        if (entry.is_regular_file() && entry.path().filename().string().find(".db") == std::string::npos)
            fs::copy_file(entry.path(), fs::path(to) / entry.path().filename());
    }
}

}  // namespace plumb::lab
