#include "agent/config/config.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

using std::chrono::nanoseconds;

// The labels that the agent sets by itself, and the room kept for them.
constexpr std::array<std::string_view, 2> kOwnKeys{"environment", "service"};
constexpr std::size_t kMaxConfigLabels = kMaxLabels - 10;

struct Limits {
    nanoseconds min;
    nanoseconds max;
    std::string_view words;
};
constexpr Limits kIntervalLimits{std::chrono::milliseconds(50), std::chrono::hours(1), "50ms to 1h"};
constexpr Limits kTimeoutLimits{std::chrono::milliseconds(1), std::chrono::minutes(5), "1ms to 5m"};
constexpr Limits kWindowLimits{std::chrono::milliseconds(100), std::chrono::hours(1), "100ms to 1h"};

struct HostPort {
    std::string_view host;
    std::string_view port;
};

std::optional<HostPort> split_host_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535)
        return std::nullopt;
    const auto bad = [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == '@' || c == 0x7f;
    };
    if (host.empty() || std::any_of(host.begin(), host.end(), bad)) return std::nullopt;
    return HostPort{host, port};
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// What stands in the wrong place is not quoted: it may be a secret, or another file altogether.
bool expect_map(const yaml::Reader& node, std::string_view what, std::string_view example) {
    if (node.is_map()) return true;
    node.complain(fmt::format("{} should be a map of keys and values, as in `{}`", what, example));
    return false;
}

class Parser {
  public:
    Parser(const Environment& environment, const SchemeLookup& lookup)
        : environment_(environment), lookup_(lookup) {}

    Config parse(const yaml::Reader& root);

  private:
    // The scalar at `node` with its references followed; complaints name `what`.
    std::optional<std::string> value(const yaml::Reader& node, std::string_view what, bool in_url = false);
    std::optional<nanoseconds> duration(const yaml::Reader& node, std::string_view what,
                                        const Limits& limits);
    void controller(const yaml::Reader& root, Config& config);
    void tls(const yaml::Reader& node, Config& config);
    void token(const yaml::Reader& node, Config& config);
    void labels(const yaml::Reader& node, Config& config);
    void label(const std::string& name, const yaml::Reader& node, Config& config);
    void resolvers(const yaml::Reader& node, Config& config);
    void targets(const yaml::Reader& root, Config& config);
    void limits(const yaml::Reader& node, const std::string& where, TargetSpec& spec);
    void times(const yaml::Reader& node, const std::string& where, TargetSpec& spec);
    void target(const std::string& name, const yaml::Reader& node, Config& config);

    const Environment& environment_;
    const SchemeLookup& lookup_;
};

std::optional<std::string> Parser::value(const yaml::Reader& node, std::string_view what, bool in_url) {
    if (!node.is_scalar()) node.complain(fmt::format("{} should be one value, not a list or a map", what));
    if (!node.is_scalar()) return std::nullopt;
    const auto raw = node.text();
    Result<std::string> result = std::string{};
    if (raw->starts_with("file:")) {
        // A path may hold variables, but a variable's value is never itself followed.
        result = expand_variables(*raw, environment_);
        if (result) result = follow_reference(*result, environment_);
    } else if (raw->starts_with("env:")) {
        result = follow_reference(*raw, environment_);
    } else {
        result = expand_variables(*raw, environment_, in_url);
    }
    if (!result) {
        node.complain(fmt::format("{}: {}", what, result.error().message));
        return std::nullopt;
    }
    if (has_control(*result)) {
        node.complain(
            fmt::format("{}: the value contains a line break or another control character; it should be one "
                        "line",
                        what));
        return std::nullopt;
    }
    return *std::move(result);
}

std::optional<nanoseconds> Parser::duration(const yaml::Reader& node, std::string_view what,
                                            const Limits& limits) {
    const auto read = node.duration(what);
    if (!read) return std::nullopt;
    if (*read < limits.min || *read > limits.max) {
        node.complain(fmt::format("{} is out of range; it should be from {}", what, limits.words));
        return std::nullopt;
    }
    return read;
}

void Parser::tls(const yaml::Reader& node, Config& config) {
    if (!expect_map(node, "tls", "tls: {ca: /etc/plumb/ca.pem}")) return;
    node.expect_keys({"ca", "cert", "key"});
    ControllerTls out;
    out.line = node.line();
    const auto path = [&](std::string_view key, ControllerTls::File& into) {
        const auto child = node.get(key);
        if (!child) return;
        into = {value(*child, fmt::format("tls.{}", key)).value_or(""), child->line()};
    };
    path("ca", out.ca);
    path("cert", out.cert);
    path("key", out.key);
    if (node.get("cert").has_value() != node.get("key").has_value()) {
        node.complain("tls: cert and key go together; give both, or neither");
    }
    config.tls = std::move(out);
}

// It travels in a header, and gRPC ends the program over one that cannot.
void Parser::token(const yaml::Reader& node, Config& config) {
    auto text = value(node, "token").value_or("");
    if (!is_visible_ascii(text)) {
        node.complain("token: should be one line of printable ASCII without spaces");
        return;
    }
    config.token = Secret(std::move(text));
}

void Parser::controller(const yaml::Reader& root, Config& config) {
    if (const auto node = root.get("tls")) tls(*node, config);
    if (const auto node = root.get("plaintext")) config.plaintext = node->boolean().value_or(false);
    if (const auto node = root.get("token")) token(*node, config);
    const auto node = root.get("controller");
    if (!node) return;
    const auto text = value(*node, "controller");
    if (!text) return;
    if (!split_host_port(*text)) {
        node->complain("controller should be HOST:PORT, as in plumb.internal:7443");
        return;
    }
    config.controller = *text;
    if (!config.tls && !config.plaintext && !is_loopback(*text)) {
        node->complain(
            "controller is not on loopback and there is no tls; add `tls: {ca: FILE}`, or `plaintext: true` "
            "where something else encrypts the way");
    }
    if (!root.get("environment")) {
        node->complain("a controller needs to know whose windows these are; add `environment: staging`");
    }
}

void Parser::label(const std::string& name, const yaml::Reader& node, Config& config) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.';
    };
    if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), good)) {
        node.complain(
            fmt::format("label {}: a name has 1 to 64 letters, digits, '.', '_' or '-'", quote_words(name)));
        return;
    }
    if (std::find(kOwnKeys.begin(), kOwnKeys.end(), name) != kOwnKeys.end()) {
        node.complain(
            fmt::format("label '{0}': it has a key of its own; write `{0}:` at the top level", name));
        return;
    }
    const auto text = value(node, fmt::format("label '{}'", name));
    if (!text) return;
    if (text->empty() || text->size() > kMaxLabelBytes) {
        node.complain(fmt::format("label '{}': the value should have 1 to {} bytes", name, kMaxLabelBytes));
        return;
    }
    config.labels.emplace(name, *text);
}

void Parser::labels(const yaml::Reader& node, Config& config) {
    if (!expect_map(node, "labels", "labels: {zone: use1-az1}")) return;
    const auto entries = node.entries();
    if (entries.size() > kMaxConfigLabels) {
        node.complain(fmt::format("{} labels; at most {} are allowed", entries.size(), kMaxConfigLabels));
        return;
    }
    for (const auto& [name, child] : entries)
        label(name, child, config);
}

void Parser::resolvers(const yaml::Reader& node, Config& config) {
    const auto items = node.is_list() ? node.items() : std::vector<yaml::Reader>{node};
    if (items.size() > 8) return node.complain("resolver: at most 8 servers are allowed");
    config.resolver_line = node.line();
    for (const auto& item : items) {
        if (auto text = value(item, "resolver")) config.resolvers.push_back(*std::move(text));
    }
}

// Which phases there are, only the kind knows: prepare() checks the names.
void Parser::limits(const yaml::Reader& node, const std::string& where, TargetSpec& spec) {
    if (!expect_map(node, where + ": limits", "limits: {connect: 500ms}")) return;
    for (const auto& [phase, child] : node.entries()) {
        const auto limit =
            duration(child, fmt::format("{}: limit of {}", where, quote_words(phase)), kTimeoutLimits);
        if (limit) spec.limits.push_back({phase, *limit});
    }
}

void Parser::times(const yaml::Reader& node, const std::string& where, TargetSpec& spec) {
    const auto read = [&](std::string_view key, const Limits& range, std::optional<nanoseconds>& into) {
        if (const auto child = node.get(key))
            into = duration(*child, fmt::format("{}: {}", where, key), range);
    };
    read("interval", kIntervalLimits, spec.interval);
    read("login_interval", kIntervalLimits, spec.login_interval);
    read("inspect_interval", kIntervalLimits, spec.inspect_interval);
    read("timeout", kTimeoutLimits, spec.timeout);
    if (const auto child = node.get("limits")) limits(*child, where, spec);
}

void Parser::target(const std::string& name, const yaml::Reader& node, Config& config) {
    const auto where = "target " + quote_words(name);
    if (const auto good = check_dependency_name(name); !good) return node.complain(good.error().message);
    TargetSpec spec;
    spec.dependency = name;
    spec.line = node.line();
    spec.origin = where;
    std::optional<yaml::Reader> url = node;
    if (node.is_map()) {
        node.expect_keys({"url", "interval", "login_interval", "inspect_interval", "timeout", "limits"});
        times(node, where, spec);
        url = node.get("url");
    }
    if (!url || url->is_null())
        return node.complain(where + " has no url; write `url: redis://cache:6379/0`");
    if (!url->is_scalar())
        return node.complain(where + " should be a URL, or a map of url, interval, timeout and limits");
    const auto text = value(*url, where, true);
    if (!text) return;
    auto read = read_target_url(*text, is_whole_variable(url->text().value_or("")), lookup_);
    if (!read) return url->complain(fmt::format("{}: {}", where, read.error().message));
    spec.url = std::move(read->url);
    spec.note = std::move(read->note);
    spec.line = url->line();
    config.targets.push_back(std::move(spec));
}

void Parser::targets(const yaml::Reader& root, Config& config) {
    constexpr std::string_view kExample = "cache: redis://cache:6379/0";
    const auto node = root.get("targets");
    if (node && !expect_map(*node, "targets", fmt::format("targets: {{{}}}", kExample))) return;
    const auto entries = node ? node->entries() : std::vector<std::pair<std::string, yaml::Reader>>{};
    if (entries.empty()) {
        return root.complain(
            fmt::format("there are no targets; add `targets:` with one a line, as in `{}`", kExample));
    }
    if (entries.size() > kMaxTargets) {
        return node->complain(fmt::format("{} targets; at most {} are allowed", entries.size(), kMaxTargets));
    }
    for (const auto& [name, child] : entries)
        target(name, child, config);
}

Config Parser::parse(const yaml::Reader& root) {
    Config config;
    if (!expect_map(root, "the file", "targets: {cache: redis://cache:6379/0}")) return config;
    root.expect_keys({"controller", "plaintext", "environment", "service", "labels", "window", "resolver",
                      "tls", "token", "targets", "task"});
    controller(root, config);
    const auto name = [&](std::string_view key, std::string& into) {
        const auto node = root.get(key);
        if (!node) return;
        into = value(*node, key).value_or("");
        if (into.size() > kMaxLabelBytes)
            node->complain(fmt::format("{} should have at most {} bytes", key, kMaxLabelBytes));
    };
    name("environment", config.environment);
    name("service", config.service);
    if (const auto node = root.get("labels")) labels(*node, config);
    if (const auto node = root.get("window")) {
        config.window = duration(*node, "window", kWindowLimits).value_or(config.window);
    }
    if (const auto node = root.get("resolver")) resolvers(*node, config);
    targets(root, config);
    if (const auto node = root.get("task")) {
        config.task = parse_task(*node, [this](const yaml::Reader& at, std::string_view what, bool in_url) {
            return value(at, what, in_url);
        });
    }
    return config;
}

}  // namespace

bool is_loopback(std::string_view host_and_port) {
    const auto parts = split_host_port(host_and_port);
    const auto host = parts ? parts->host : host_and_port;
    if (host == "localhost" || host == "::1") return true;
    if (!host.starts_with("127.")) return false;
    // A name such as 127.example.com is no address.
    return std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) &&
           std::count(host.begin(), host.end(), '.') == 3;
}

Config parse_config(const std::string& text, const Environment& environment, const SchemeLookup& lookup,
                    yaml::Complaints& complaints) {
    const auto root = yaml::parse(text, complaints);
    if (!root) return {};
    return Parser(environment, lookup).parse(*root);
}

}  // namespace plumb::agent
