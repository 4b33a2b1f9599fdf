// The cgroups of one task: memory, processor and processes, of either version (cgroups(7)), below the
// caller's own. Needs root, and hierarchies that may be written; what cannot be made throws with the file's
// name.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace plumb::lab {

struct GroupLimits {
    int memory = 256;  // MiB
    int cpu = 100;     // percent of one processor
};

class TaskGroup {
  public:
    // Found by its name when the caller was killed.
    TaskGroup(const std::string& name, const GroupLimits& limits);
    ~TaskGroup();  // waits for those in it to be gone: REQUIRES that somebody has ended them
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    std::vector<std::string> join_files() const;  // whoever is written into each is in it, with its children
    std::string memory_used_file() const;         // bytes
    std::string memory_limit_file() const;        // bytes

    static void remove_left_behind(const std::string& prefix);  // all whose names begin so

  private:
    void limit_memory(int mebibytes) const;
    void limit_cpu(int percent) const;

    std::map<std::string, std::filesystem::path> groups_;  // by controller; of version 2 they are one
    bool unified_ = false;
};

}  // namespace plumb::lab
