// Where the scenarios of one laboratory live while they run: a folder in the system's temporary place, gone
// with this object. A laboratory that was killed leaves its folder and its cgroups; whoever makes the next
// clears both. A lock that the kernel drops with its holder tells which are left.
#pragma once

#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <string>

namespace plumb::lab {

class WorkFolder {
  public:
    WorkFolder();  // throws when its lock cannot be made

    std::string path() const { return folder_.path().string(); }
    std::string file(const std::string& name) const { return folder_.file(name); }

  private:
    test::TempDir folder_;
    test::Descriptor lock_;
};

// Folders of laboratories that are gone, the caller's own and no other user's.
void clear_left_behind();

}  // namespace plumb::lab
