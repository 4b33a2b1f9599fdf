// A directory of its own under the system's temporary place, removed with all that is in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace plumb::test {

class TempDir {
  public:
    TempDir();  // mode 0755, so that a server which drops its rights can read what lies in it
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(std::string_view name) const { return (path_ / name).string(); }
    std::string write(std::string_view name, std::string_view content) const;  // returns the full path

  private:
    std::filesystem::path path_;
};

std::string read_whole(const std::string& path);  // "" when it cannot be read

}  // namespace plumb::test
