#include "base/strict_yaml.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/yaml_tree.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace plumb::yaml {

namespace {

constexpr std::size_t kMaxComplaints = 100;
constexpr std::size_t kMaxQuoted = 48;

std::string_view kind_word(TreeNode::Kind kind) {
    switch (kind) {
        case TreeNode::Kind::null:
            return "nothing";
        case TreeNode::Kind::scalar:
            return "a value";
        case TreeNode::Kind::list:
            return "a list";
        case TreeNode::Kind::map:
            return "a map";
    }
    return "nothing";
}

bool is_plain(const TreeNode& node) {
    return node.kind == TreeNode::Kind::scalar && !node.quoted;
}

std::string found_words(const TreeNode& node) {
    if (node.kind != TreeNode::Kind::scalar) return std::string(kind_word(node.kind));
    return (node.quoted ? "the quoted text " : "") + quote_words(node.scalar, kMaxQuoted);
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    Number value{};
    const char* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, value);
    if (failed != std::errc() || end != last) return std::nullopt;
    return value;
}

}  // namespace

void Complaints::add(int line, std::string_view what) {
    if (lines.size() > kMaxComplaints) return;
    if (lines.size() == kMaxComplaints) {
        lines.push_back(file + ": more complaints are left out");
        return;
    }
    lines.push_back(fmt::format("{}:{}: {}", file, line, what));
}

std::string Complaints::joined() const {
    std::string out;
    for (const std::string& line : lines) {
        if (!out.empty()) out += '\n';
        out += line;
    }
    return out;
}

Reader::Reader(std::shared_ptr<const TreeNode> node, Complaints& complaints)
    : node_(std::move(node)), complaints_(&complaints) {}

int Reader::line() const {
    return node_->line;
}
bool Reader::is_map() const {
    return node_->kind == TreeNode::Kind::map;
}
bool Reader::is_list() const {
    return node_->kind == TreeNode::Kind::list;
}
bool Reader::is_scalar() const {
    return node_->kind == TreeNode::Kind::scalar;
}
bool Reader::is_null() const {
    return node_->kind == TreeNode::Kind::null;
}

void Reader::complain(std::string_view what) const {
    complaints_->add(node_->line, what);
}

void Reader::expect_keys(const std::vector<std::string>& known) const {
    if (!is_map()) {
        complain("expected a map of keys and values, found " + found_words(*node_));
        return;
    }
    for (const TreeNode::Entry& entry : node_->entries) {
        if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
        std::string what = "unknown key " + quote_words(entry.key, kMaxQuoted);
        const std::string near = nearest(entry.key, known);
        if (!near.empty()) {
            what += "; did you mean '" + near + "'?";
        } else {
            what += fmt::format("; known here: {}", fmt::join(known, ", "));
        }
        complaints_->add(entry.line, what);
    }
}

std::optional<Reader> Reader::get(std::string_view key) const {
    for (const TreeNode::Entry& entry : node_->entries) {
        if (entry.key != key) continue;
        if (entry.value->kind == TreeNode::Kind::null) return std::nullopt;
        return Reader(entry.value, *complaints_);
    }
    return std::nullopt;
}

std::vector<std::pair<std::string, Reader>> Reader::entries() const {
    std::vector<std::pair<std::string, Reader>> out;
    if (!is_map()) complain("expected a map of keys and values, found " + found_words(*node_));
    for (const TreeNode::Entry& entry : node_->entries)
        out.emplace_back(entry.key, Reader(entry.value, *complaints_));
    return out;
}

std::vector<Reader> Reader::items() const {
    std::vector<Reader> out;
    if (!is_list()) complain("expected a list, found " + found_words(*node_));
    for (const auto& item : node_->items)
        out.emplace_back(item, *complaints_);
    return out;
}

std::optional<std::string> Reader::text() const {
    if (is_scalar()) return node_->scalar;
    complain("expected text, found " + found_words(*node_));
    return std::nullopt;
}

std::optional<double> Reader::number() const {
    const auto value = is_plain(*node_) ? parse_whole<double>(node_->scalar) : std::nullopt;
    if (value && std::isfinite(*value)) return value;
    complain("expected a number, found " + found_words(*node_));
    return std::nullopt;
}

std::optional<long long> Reader::integer(long long min, long long max) const {
    const auto value = is_plain(*node_) ? parse_whole<long long>(node_->scalar) : std::nullopt;
    if (value && *value >= min && *value <= max) return value;
    complain(fmt::format("expected a whole number from {} to {}, found {}", min, max, found_words(*node_)));
    return std::nullopt;
}

std::optional<bool> Reader::boolean() const {
    if (is_plain(*node_) && node_->scalar == "true") return true;
    if (is_plain(*node_) && node_->scalar == "false") return false;
    complain("expected true or false, found " + found_words(*node_));
    return std::nullopt;
}

std::optional<std::chrono::nanoseconds> Reader::duration(std::string_view what) const {
    const std::string name = what.empty() ? std::string() : std::string(what) + ": ";
    if (!is_scalar() || node_->scalar.find("://") != std::string::npos) {
        complain(name + "expected a duration such as 250ms, 2s, 15m, 1h or 30d, found " +
                 found_words(*node_));
        return std::nullopt;
    }
    const auto value = parse_duration(node_->scalar);
    if (value) return *value;
    complain(name + value.error().message);
    return std::nullopt;
}

std::optional<Reader> parse(const std::string& text, Complaints& complaints) {
    auto root = parse_tree(text, complaints);
    if (!root) return std::nullopt;
    return Reader(std::move(root), complaints);
}

}  // namespace plumb::yaml
