#include "agent/discovery.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::array<std::string_view, 6> kSuffixes{"_URL", "_URI", "_DSN", "_ENDPOINT", "_ADDR", "_ADDRESS"};
constexpr std::array<std::string_view, 3> kForeignPrefixes{"ecs_", "aws_", "kubernetes_"};
constexpr std::string_view kNoRequest =
    "discovered from {0}: only a connection is tried and no request was sent, since one to a stranger's URL "
    "may do something; to send one, name it: --target {1}=env:{0}";
constexpr std::string_view kPlainPair =
    "discovered from {0}_HOST and {0}_PORT, which name no protocol: probed as TCP; to speak one, give its "
    "URL with "
    "--target {1}=…";

constexpr std::size_t kMaxNames = 200;  // bytes of a list of option names

bool never_counts(std::string_view variable) {
    const auto name = to_lower(variable);
    const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
    return name.ends_with("_proxy") || std::any_of(kForeignPrefixes.begin(), kForeignPrefixes.end(), starts);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() &&
           equals_ignore_case(text.substr(text.size() - suffix.size()), suffix);
}

// An address to listen on, not one to dial: HOST=0.0.0.0 is the app's own.
bool listens(std::string_view host) {
    return host == "0.0.0.0" || host == "::";
}

std::optional<std::uint16_t> port_number(std::string_view text) {
    text = trim(text);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

bool plain_host(std::string_view host) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-' || c == '_' || c == ':' || c == '%';
    };
    return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), good);
}

std::string encode_segment(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        out += plain ? std::string(1, c)
                     : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

class Discovery {
  public:
    Discovery(const EnvironmentPairs& environment, const SchemeLookup& lookup) : lookup_(lookup) {
        for (const auto& [name, value] : environment) {
            if (!never_counts(name)) variables_.emplace(name, value);
        }
    }

    Discovered take() {
        for (const auto& [name, value] : variables_)
            whole_url(name, value);
        libpq();
        for (const auto& [name, value] : variables_)
            pair(name, value);
        return finish();
    }

  private:
    void whole_url(const std::string& name, std::string_view value);
    std::optional<SchemeFacts> facts_of(std::string_view& text) const;
    void libpq();
    void pair(const std::string& name, const std::string& host);
    Discovered finish();
    std::string get(const std::string& name) const {
        const auto found = variables_.find(name);
        return found == variables_.end() ? "" : std::string(trim(found->second));
    }
    void warn(std::string_view variable, std::string_view what) {
        warnings_.push_back(fmt::format("{}: {}", sanitize(variable, 80), what));
    }

    const SchemeLookup& lookup_;
    std::map<std::string, std::string> variables_;
    std::vector<TargetSpec> found_;
    std::vector<std::string> warnings_;
};

// The facts of the URL's scheme. Drops what other drivers put before or into it: "jdbc:" and "+psycopg2".
std::optional<SchemeFacts> Discovery::facts_of(std::string_view& text) const {
    if (text.starts_with("jdbc:")) text.remove_prefix(5);
    const auto end = text.find("://");
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    return lookup_(to_lower(text.substr(0, end)));
}

// SQLAlchemy and others write the driver into the scheme: postgresql+psycopg2://.
std::string without_driver(std::string_view text) {
    const auto end = text.find("://");
    const auto plus = text.substr(0, end).find('+');
    if (end == std::string_view::npos || plus == std::string_view::npos) return std::string(text);
    const auto base = to_lower(text.substr(0, plus));
    if (base != "postgresql" && base != "postgres" && base != "mysql" && base != "mariadb")
        return std::string(text);
    return base + std::string(text.substr(end));
}

// JDBC keeps user and password in the query.
void move_jdbc_userinfo(Url& url) {
    const auto user = url.option("user");
    const auto password = url.option("password");
    if (user && url.user.empty()) url.user = *user;
    if (password && url.password.empty()) url.password = Secret(*password);
}

void Discovery::whole_url(const std::string& name, std::string_view value) {
    const auto plain = without_driver(trim(value));
    std::string_view text = plain;
    const bool jdbc = text.starts_with("jdbc:");
    const auto facts = facts_of(text);
    if (!facts) return;
    auto url = read_url(text);
    if (!url) return warn(name, url.error().message);
    if (listens(url->host)) return;
    TargetSpec spec;
    spec.dependency = dependency_of_variable(name);
    spec.url = *std::move(url);
    spec.origin = name;
    if (const auto good = check_dependency_name(spec.dependency); !good)
        return warn(name, good.error().message);
    if (jdbc) move_jdbc_userinfo(spec.url);
    if (jdbc) {
        std::erase_if(spec.url.query, [](const auto& option) {
            return option.first == "user" || option.first == "password";
        });
    }
    if (facts->is_http) {
        spec.connect_only = true;
        spec.url.fragment.clear();  // the app's, not options of the probe
        spec.note = fmt::format(fmt::runtime(kNoRequest), name, spec.dependency);
    } else if (const auto dropped = drop_foreign_options(spec.url, *facts); !dropped.empty()) {
        spec.note = fmt::format("options of the app's own driver were left out: {}", dropped);
    }
    found_.push_back(std::move(spec));
}

void Discovery::libpq() {
    auto host = get("PGHOST");
    if (host.empty()) return;
    if (host.starts_with('/')) return warn("PGHOST", "is a local socket's directory; only TCP is probed");
    const auto port = get("PGPORT");
    TargetSpec spec;
    // libpq takes lists of hosts and ports; the first is the one it tries first.
    spec.url.host = std::string(split(host, ',').front());
    if (!port.empty()) {
        const auto number = port_number(split(port, ',').front());
        if (!number) return warn("PGPORT", "is no port; it should be a number from 1 to 65535");
        spec.url.port = *number;
    }
    if (!plain_host(spec.url.host)) return warn("PGHOST", "is no host name or address");
    spec.dependency = "postgres";
    spec.url.scheme = "postgres";
    spec.url.user = get("PGUSER");
    spec.url.password = Secret(get("PGPASSWORD"));
    if (const auto database = get("PGDATABASE"); !database.empty())
        spec.url.path = "/" + encode_segment(database);
    if (const auto mode = get("PGSSLMODE"); !mode.empty()) spec.url.query.emplace_back("sslmode", mode);
    spec.origin = "PGHOST";
    found_.push_back(std::move(spec));
}

void Discovery::pair(const std::string& name, const std::string& host_value) {
    if (name == "PGHOST" || !ends_with_ignoring_case(name, "_HOST")) return;
    const auto stem = name.substr(0, name.size() - 5);
    const bool lower = name.ends_with("_host");
    const auto port = port_number(get(stem + (lower ? "_port" : "_PORT")));
    const auto host = std::string(trim(host_value));
    if (!port || stem.empty() || listens(host) || !plain_host(host)) return;
    TargetSpec spec;
    spec.dependency = dependency_of_variable(stem);
    spec.url.scheme = "tcp";
    spec.url.host = host;
    spec.url.port = *port;
    spec.origin = name;
    spec.note = fmt::format(fmt::runtime(kPlainPair), stem, spec.dependency);
    if (!check_dependency_name(spec.dependency)) return;
    // A URL of the same name and place says more than the pair.
    const auto same = [&](const TargetSpec& other) {
        const auto facts = lookup_(other.url.scheme);
        const auto other_port = other.url.port != 0 ? other.url.port : (facts ? facts->default_port : 0);
        return other.dependency == spec.dependency && other.url.host == host && other_port == *port;
    };
    if (std::any_of(found_.begin(), found_.end(), same)) return;
    found_.push_back(std::move(spec));
}

Discovered Discovery::finish() {
    // Two variables may give one name (CACHE_URL and CACHE_DSN): the first by kind of source, then by
    // variable, keeps it, the next is cache-2.
    std::set<std::string> taken;
    for (const auto& spec : found_)
        taken.insert(spec.dependency);
    std::set<std::string> used;
    for (auto& spec : found_) {
        auto name = spec.dependency;
        for (int number = 2; used.contains(name) || (name != spec.dependency && taken.contains(name));
             ++number) {
            name = fmt::format("{}-{}", spec.dependency, number);
        }
        spec.dependency = name;
        used.insert(name);
    }
    std::sort(found_.begin(), found_.end(),
              [](const TargetSpec& a, const TargetSpec& b) { return a.dependency < b.dependency; });
    if (found_.size() > kMaxTargets) {
        warnings_.push_back(
            fmt::format("{} targets were found; only the first {} are probed", found_.size(), kMaxTargets));
        found_.resize(kMaxTargets);
    }
    return {std::move(found_), std::move(warnings_)};
}

}  // namespace

EnvironmentPairs environment_pairs(char** environ_block) {
    EnvironmentPairs pairs;
    for (char** entry = environ_block; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return pairs;
}

std::string drop_foreign_options(Url& url, const SchemeFacts& facts) {
    std::string dropped;
    if (facts.is_http) return dropped;
    std::erase_if(url.query, [&](const auto& option) {
        const auto& known = facts.known_options;
        if (std::find(known.begin(), known.end(), option.first) != known.end()) return false;
        if (dropped.size() < kMaxNames) dropped += (dropped.empty() ? "" : ", ") + sanitize(option.first, 40);
        return true;
    });
    return dropped;
}

std::string dependency_of_variable(std::string_view variable) {
    for (const auto suffix : kSuffixes) {
        if (ends_with_ignoring_case(variable, suffix)) {
            variable.remove_suffix(suffix.size());
            break;
        }
    }
    auto name = to_lower(variable);
    std::replace(name.begin(), name.end(), '_', '-');
    const auto first = name.find_first_not_of('-');
    const auto last = name.find_last_not_of('-');
    return first == std::string::npos ? "" : name.substr(first, last - first + 1);
}

Discovered discover(const EnvironmentPairs& environment, const SchemeLookup& lookup) {
    return Discovery(environment, lookup).take();
}

}  // namespace plumb::agent
