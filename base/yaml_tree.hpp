// The tree behind strict_yaml.hpp; nobody else includes this.
#pragma once

#include "base/strict_yaml.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::yaml {

class TreeNode {
  public:
    enum class Kind { null, scalar, list, map };
    struct Entry {
        std::string key;
        int line;
        std::shared_ptr<const TreeNode> value;
    };

    Kind kind = Kind::null;
    int line = 1;
    bool quoted = false;  // a quoted scalar is text, whatever it looks like
    std::string scalar;
    std::vector<std::shared_ptr<const TreeNode>> items;
    std::vector<Entry> entries;
    std::size_t weight = 1;  // nodes that a walk meets, aliases followed
    int height = 1;
};

// The root, or null after a complaint. An empty document is an empty map.
std::shared_ptr<const TreeNode> parse_tree(const std::string& text, Complaints& complaints);

}  // namespace plumb::yaml
