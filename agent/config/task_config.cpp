#include "agent/config/task_config.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kLeastKey = 16;
constexpr std::size_t kMostNames = 256;
constexpr nanoseconds kShortest = std::chrono::milliseconds(100);
constexpr nanoseconds kLongest = std::chrono::hours(1);

bool is_variable(std::string_view name, bool pattern) {
    if (pattern && name.ends_with('*')) name.remove_suffix(1);
    const auto good = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
    };
    return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), good);
}

class Parser {
  public:
    explicit Parser(const ReadValue& value) : value_(value) {}

    void variables(const yaml::Reader& node, task::VariableSettings& out) const {
        if (!is_map(node, "task.variables", "variables: {required: [DATABASE_URL]}")) return;
        node.expect_keys({"key", "required", "must_match", "secrets", "ignore"});
        if (const auto child = node.get("key")) key(*child, out);
        names(node, "required", false, out.required);
        names(node, "must_match", true, out.must_match);
        names(node, "secrets", true, out.secrets);
        names(node, "ignore", true, out.ignored);
        if (out.key.empty() && (!out.must_match.empty() || !out.secrets.empty()) && !node.get("key")) {
            node.complain(
                "task.variables: values are compared by fingerprints, and those need a key that both "
                "environments "
                "share; add `key: file:/run/secrets/plumb-fingerprint`");
        }
    }

    void warmup(const yaml::Reader& node, TaskConfig& out) const {
        if (!is_map(node, "task.warmup", "warmup: {health: http://127.0.0.1:8080/health}")) return;
        node.expect_keys({"health", "ready", "interval", "timeout", "unhealthy_threshold",
                          "healthy_threshold", "grace_period", "start_period", "status"});
        task::WarmupSettings made;
        out.warmup_line = node.line();
        const auto health = node.get("health");
        if (!health) {
            return node.complain(
                "task.warmup: which URL does the health check ask? add `health: "
                "http://127.0.0.1:8080/health`");
        }
        if (const auto read = url(*health, "task.warmup.health")) made.health = *read;
        if (const auto child = node.get("ready")) made.ready = url(*child, "task.warmup.ready");
        time(node, "interval", made.interval);
        time(node, "timeout", made.timeout);
        time(node, "grace_period", made.grace);
        time(node, "start_period", made.start_period);
        count(node, "unhealthy_threshold", made.unhealthy);
        count(node, "healthy_threshold", made.healthy);
        if (const auto child = node.get("status")) status(*child, made);
        out.warmup = std::move(made);
    }

    std::optional<std::string> value(const yaml::Reader& node, std::string_view what,
                                     bool in_url = false) const {
        return value_(node, what, in_url);
    }

    static bool is_map(const yaml::Reader& node, std::string_view what, std::string_view example) {
        if (node.is_map()) return true;
        node.complain(fmt::format("{} should be a map of keys and values, as in `{}`", what, example));
        return false;
    }

    static void interval(const yaml::Reader& node, const char* key, std::optional<nanoseconds>& into) {
        const auto child = node.get(key);
        if (!child) return;
        into = child->duration(fmt::format("task.{}", key));
        if (into && (*into < kShortest || *into > kLongest)) {
            child->complain(fmt::format("task.{} is out of range; it should be from 100ms to 1h", key));
            into.reset();
        }
    }

  private:
    void key(const yaml::Reader& node, task::VariableSettings& out) const {
        auto text = value(node, "task.variables.key");
        if (!text) return;
        if (text->size() < kLeastKey) {
            return node.complain(fmt::format(
                "task.variables.key is shorter than {} characters, and could be guessed; make one with "
                "`openssl rand -hex 16` and give it to both environments",
                kLeastKey));
        }
        out.key = Secret(*std::move(text));
    }

    void names(const yaml::Reader& node, const char* key, bool patterns,
               std::vector<std::string>& into) const {
        const auto child = node.get(key);
        if (!child) return;
        if (!child->is_list()) {
            return child->complain(
                fmt::format("task.variables.{} should be a list of names, as in [DATABASE_URL]", key));
        }
        const auto items = child->items();
        if (items.size() > kMostNames) {
            return child->complain(fmt::format("task.variables.{}: {} names; at most {} are allowed", key,
                                               items.size(), kMostNames));
        }
        for (const auto& item : items) {
            const auto name = item.text();
            if (!name) continue;
            if (is_variable(*name, patterns)) {
                into.push_back(*name);
            } else {
                item.complain(fmt::format("task.variables.{}: {} is no name of an environment variable{}",
                                          key, quote_words(*name),
                                          patterns ? ", nor the beginning of one with a final '*'" : ""));
            }
        }
    }

    std::optional<Url> url(const yaml::Reader& node, const char* what) const {
        const auto text = value(node, what, true);
        if (!text) return std::nullopt;
        auto read = parse_url(*text);
        if (read) return *std::move(read);
        node.complain(fmt::format("{}: {}", what, read.error().message));
        return std::nullopt;
    }

    static void time(const yaml::Reader& node, const char* key, nanoseconds& into) {
        const auto child = node.get(key);
        if (!child) return;
        if (const auto read = child->duration(fmt::format("task.warmup.{}", key))) into = *read;
    }

    static void count(const yaml::Reader& node, const char* key, unsigned& into) {
        const auto child = node.get(key);
        if (!child) return;
        if (const auto read = child->integer(1, 100)) into = static_cast<unsigned>(*read);
    }

    static void status(const yaml::Reader& node, task::WarmupSettings& out) {
        if (!node.is_scalar())
            return node.complain("task.warmup.status should be one text, as in 200-299 or 200,302");
        auto read = task::parse_statuses(node.text().value_or(""));
        if (!read) return node.complain("task.warmup.status: " + read.error().message);
        out.statuses = *std::move(read);
    }

    const ReadValue& value_;
};

}  // namespace

TaskConfig parse_task(const yaml::Reader& node, const ReadValue& value) {
    TaskConfig out;
    out.line = node.line();
    if (node.is_scalar()) {
        out.look = node.boolean().value_or(true);
        return out;
    }
    if (!Parser::is_map(node, "task", "task: {variables: {required: [DATABASE_URL]}}")) return out;
    node.expect_keys({"container", "interval", "inspect_interval", "variables", "warmup"});
    const Parser parser(value);
    if (const auto child = node.get("container"))
        out.container = parser.value(*child, "task.container").value_or("");
    Parser::interval(node, "interval", out.interval);
    Parser::interval(node, "inspect_interval", out.inspect_interval);
    if (const auto child = node.get("variables")) parser.variables(*child, out.variables);
    if (const auto child = node.get("warmup")) parser.warmup(*child, out);
    return out;
}

}  // namespace plumb::agent
