#include "base/yaml_tree.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace plumb::yaml {
namespace {

constexpr std::size_t kMaxQuoted = 48;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxNodes = 100'000;  // aliases count as often as they are used

// Stops the parser from inside an event; never leaves parse().
struct Refused {
    int line;
    std::string what;
};

// Builds our tree from yaml-cpp's events, so that depth and aliases are bounded while parsing and duplicate
// keys are seen at all (yaml-cpp's own tree drops them silently).
class Builder : public YAML::EventHandler {
  public:
    Builder(const std::string& text, Complaints& complaints) : text_(text), complaints_(complaints) {}

    std::shared_ptr<const TreeNode> root() const { return root_; }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto node = make(mark, TreeNode::Kind::null);
        // yaml-cpp marks an absent value where the next thing begins; people look for it beside its key.
        if (!open_.empty() && open_.back().has_key) node->line = open_.back().key_line;
        finish(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) throw Refused{line_of(mark), "an alias that refers to itself"};
        place(found->second, line_of(mark));
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        constexpr std::string_view kText = "tag:yaml.org,2002:str";
        auto node = make(mark, TreeNode::Kind::scalar);
        if (tag != kText) check_tag(mark, tag);
        node->quoted = tag == "!" || tag == kText;
        if (tag == "!") check_closed(mark);
        node->scalar = value;
        finish(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        open(mark, TreeNode::Kind::list, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        open(mark, TreeNode::Kind::map, anchor);
    }
    void OnMapEnd() override { close(); }

  private:
    struct Open {
        std::shared_ptr<TreeNode> node;
        YAML::anchor_t anchor;
        bool has_key = false;
        bool skip_value = false;
        std::string key;
        int key_line = 1;
        std::map<std::string, int> lines;  // of the keys so far
    };

    static int line_of(const YAML::Mark& mark) { return mark.line + 1; }

    static void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        throw Refused{line_of(mark), "tags such as " + quote_words(tag, kMaxQuoted) +
                                         " are not supported; write the plain value"};
    }

    // yaml-cpp lets a quoted text run to the end of the file when its closing quote is missing.
    void check_closed(const YAML::Mark& mark) {
        for (; line_ < mark.line && start_ != std::string::npos; ++line_) {
            const std::size_t end = text_.find('\n', start_);
            start_ = end == std::string::npos ? end : end + 1;
        }
        if (start_ == std::string::npos) return;
        std::size_t i = start_ + static_cast<std::size_t>(mark.column);
        if (i >= text_.size() || (text_[i] != '"' && text_[i] != '\'')) return;  // after an anchor
        const char quote = text_[i];
        for (++i; i < text_.size(); ++i) {
            if (text_[i] == '\\' && quote == '"') {
                ++i;
            } else if (text_[i] == quote) {
                // Two single quotes stand for one, and the text goes on.
                if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != quote) return;
                ++i;
            }
        }
        throw Refused{line_of(mark), "YAML syntax: a quoted text is never closed"};
    }

    std::shared_ptr<TreeNode> make(const YAML::Mark& mark, TreeNode::Kind kind) const {
        auto node = std::make_shared<TreeNode>();
        node->kind = kind;
        node->line = line_of(mark);
        return node;
    }

    void open(const YAML::Mark& mark, TreeNode::Kind kind, YAML::anchor_t anchor) {
        if (static_cast<int>(open_.size()) >= kMaxDepth) throw too_deep(line_of(mark));
        if (!open_.empty() && expects_key(open_.back())) {
            throw Refused{line_of(mark), "a key must be plain text, not a list or a map"};
        }
        open_.push_back(Open{make(mark, kind), anchor, false, false, {}, 1, {}});
    }

    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        finish(std::move(done.node), done.anchor);
    }

    void finish(std::shared_ptr<TreeNode> node, YAML::anchor_t anchor) {
        const int line = node->line;
        std::shared_ptr<const TreeNode> ready = std::move(node);
        if (anchor != 0) anchors_[anchor] = ready;
        place(std::move(ready), line);
    }

    static bool expects_key(const Open& top) { return top.node->kind == TreeNode::Kind::map && !top.has_key; }

    static Refused too_deep(int line) {
        return Refused{line, fmt::format("nested deeper than {} levels", kMaxDepth)};
    }

    // Puts a finished node where it belongs: as the root, an item, a key or a value.
    void place(std::shared_ptr<const TreeNode> node, int line) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& top = open_.back();
        if (expects_key(top)) {
            take_key(top, *node, line);
            return;
        }
        top.node->weight += node->weight;
        top.node->height = std::max(top.node->height, node->height + 1);
        if (top.node->weight > kMaxNodes) throw Refused{line, "too many values once aliases are followed"};
        if (static_cast<int>(open_.size()) + node->height > kMaxDepth + 1) throw too_deep(line);
        if (top.node->kind == TreeNode::Kind::list) {
            top.node->items.push_back(std::move(node));
            return;
        }
        if (!top.skip_value) top.node->entries.push_back({std::move(top.key), top.key_line, std::move(node)});
        top.has_key = false;
        top.skip_value = false;
    }

    void take_key(Open& top, const TreeNode& node, int line) {
        if (node.kind != TreeNode::Kind::scalar) throw Refused{line, "a key must be plain text"};
        top.key = node.scalar;
        top.key_line = line;
        top.has_key = true;
        const auto& [known, fresh] = top.lines.emplace(node.scalar, line);
        if (fresh) return;
        top.skip_value = true;
        complaints_.add(line, fmt::format("duplicate key {}; it stands already in line {}",
                                          quote_words(node.scalar, kMaxQuoted), known->second));
    }

    const std::string& text_;
    int line_ = 0;           // the line whose first byte is start_
    std::size_t start_ = 0;  // scalars come in the order of the file, so lines are counted once
    Complaints& complaints_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, std::shared_ptr<const TreeNode>> anchors_;
    std::shared_ptr<const TreeNode> root_;
};

// What yaml-cpp would misread or pass on: tabs in the indentation and control characters.
bool check_characters(const std::string& text, Complaints& complaints) {
    int line = 1;
    bool indentation = true;
    bool tab = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            ++line;
            indentation = true;
            tab = false;
        } else if (c == '\t') {
            tab = tab || indentation;
        } else if (c != '\r' && (byte < 0x20 || byte == 0x7F)) {
            complaints.add(line, fmt::format("control character \\x{:02X}; is this a text file?", byte));
            return false;
        } else if (c != ' ' && c != '\r' && indentation) {
            if (tab && c != '#') {
                complaints.add(line, "a tab in the indentation; use spaces");
                return false;
            }
            indentation = false;
        }
    }
    return true;
}

}  // namespace

std::shared_ptr<const TreeNode> parse_tree(const std::string& text, Complaints& complaints) {
    if (!check_characters(text, complaints)) return nullptr;
    Builder builder(text, complaints);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(builder)) {
            Builder second(text, complaints);
            if (parser.HandleNextDocument(second) && second.root()) {
                complaints.add(second.root()->line, "a second document starts here; one file holds one");
                return nullptr;
            }
        }
    } catch (const Refused& refused) {
        complaints.add(refused.line, refused.what);
        return nullptr;
    } catch (const YAML::Exception& error) {
        const int line = error.mark.is_null() ? 1 : error.mark.line + 1;
        complaints.add(line, "YAML syntax: " + sanitize(error.msg, 128));
        return nullptr;
    }
    std::shared_ptr<const TreeNode> root = builder.root();
    if (!root || root->kind == TreeNode::Kind::null) {
        auto empty = std::make_shared<TreeNode>();
        empty->kind = TreeNode::Kind::map;
        root = std::move(empty);
    }
    return root;
}

}  // namespace plumb::yaml
