// Strict reading of YAML for configuration and policy files: every error has file, line and remedy, unknown
// keys are errors with the nearest known key named, and all errors of a file are collected, not only the
// first.
//
// Use: parse() a text, then walk with Reader. A Reader notes its complaints in the shared Complaints; the
// caller checks complaints.empty() at the end. Input is bounded (size by the caller, depth and alias count
// here). Thread rule: none shared; a Document and its Readers stay on one thread.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::yaml {

struct Complaints {
    std::string file;                // as the user named it
    std::vector<std::string> lines;  // "plumb.yaml:7: unknown key 'intervall'; did you mean 'interval'?"
    bool empty() const { return lines.empty(); }
    void add(int line, std::string_view what);
    std::string joined() const;  // one complaint a line
};

class TreeNode;  // hides yaml-cpp from everyone else

// One node of the document. Copies are cheap (shared ownership).
class Reader {
  public:
    Reader(std::shared_ptr<const TreeNode> node, Complaints& complaints);

    int line() const;  // 1-based
    bool is_map() const;
    bool is_list() const;
    bool is_scalar() const;
    bool is_null() const;

    // Complains about every key that is not in `known`, about duplicate keys, and when this is no map.
    void expect_keys(const std::vector<std::string>& known) const;

    std::optional<Reader> get(std::string_view key) const;        // absent or null: nullopt
    std::vector<std::pair<std::string, Reader>> entries() const;  // of a map, in file order
    std::vector<Reader> items() const;                            // of a list

    // Typed reads complain and return nullopt when the value does not fit.
    std::optional<std::string> text() const;
    std::optional<double> number() const;
    std::optional<long long> integer(long long min, long long max) const;
    std::optional<bool> boolean() const;
    // `what` names the value in the complaint.
    std::optional<std::chrono::nanoseconds> duration(std::string_view what = {}) const;

    void complain(std::string_view what) const;

  private:
    std::shared_ptr<const TreeNode> node_;
    Complaints* complaints_;
};

// A syntax error is noted in `complaints` with its line and gives nullopt. An empty document is an empty map.
std::optional<Reader> parse(const std::string& text, Complaints& complaints);

}  // namespace plumb::yaml
