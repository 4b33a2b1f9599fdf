// Small trees of files in the place of /proc and /sys/fs/cgroup, and looks at them.
#pragma once

#include "probes/task/limits/limits.hpp"
#include "tests/support/temp_dir.hpp"

#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace plumb::task::limits {

class Tree {
  public:
    Places places() const { return {.proc = dir.file("proc"), .cgroup = dir.file("cgroup"), .root = {}}; }

    void proc(std::string_view name, std::string_view text) const {
        dir.write("proc/" + std::string(name), text);
    }
    // Files of one folder: each gets the line's end that the kernel writes.
    void group(const std::string& folder, const std::map<std::string, std::string>& files) const {
        for (const auto& [name, text] : files)
            dir.write("cgroup/" + folder + "/" + name, text + "\n");
    }

    test::TempDir dir;
};

inline Look look_with(Section& section, Depth depth = Depth::inspect) {
    Look look;
    section.look(look, depth);
    const auto strays = undeclared(limits_catalog(), look.evidence);
    EXPECT_TRUE(strays.empty()) << strays.front();
    return look;
}

inline std::string fact_of(const Look& look, std::string_view name) {
    const auto* const fact = look.evidence.find_fact(name);
    return fact == nullptr ? "(absent)" : fact->value;
}

inline const Gauge& gauge_of(const Look& look, std::string_view name) {
    static const Gauge kAbsent{"(absent)", -1, std::nullopt, false};
    const auto* const gauge = look.evidence.find_gauge(name);
    EXPECT_NE(gauge, nullptr) << name;
    return gauge == nullptr ? kAbsent : *gauge;
}

inline constexpr double kMiB = 1024.0 * 1024.0;

}  // namespace plumb::task::limits
