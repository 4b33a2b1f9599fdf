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
    "URL with --target {1}=…";

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
    // One colon alone is HOST:PORT, not an address.
    return !host.empty() && host.size() <= 255 && std::count(host.begin(), host.end(), ':') != 1 &&
           std::all_of(host.begin(), host.end(), good);
}

// The host of a pair: some apps repeat the port in it, or put brackets round an IPv6 address.
std::optional<std::string> host_of_pair(std::string_view host, std::string_view port) {
    if (host.ends_with(":" + std::string(port))) {
        const auto alone = host.substr(0, host.size() - port.size() - 1);
        if (alone.ends_with(']') || plain_host(alone)) host = alone;
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!plain_host(host)) return std::nullopt;
    return to_lower(host);
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
    void libpq();
    void pair(const std::string& name, const std::string& host);
    bool is_known(const TargetSpec& spec) const;
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

bool is_jdbc(std::string_view text) {
    return text.starts_with("jdbc:");
}

// Without "jdbc:" before the scheme and without the driver that SQLAlchemy and others write into it:
// postgresql+psycopg2://.
std::string plain_url(std::string_view text) {
    const bool jdbc = is_jdbc(text);
    if (jdbc) text.remove_prefix(5);
    const auto end = text.find("://");
    if (end == std::string_view::npos) return std::string(text);
    // jdbc:sqlserver://host:1433;user=… keeps its options, and the password, behind semicolons.
    if (jdbc && text.starts_with("sqlserver:")) text = text.substr(0, text.find(';'));
    const auto plus = text.substr(0, end).find('+');
    if (plus == std::string_view::npos) return std::string(text);
    const auto base = to_lower(text.substr(0, plus));
    if (base != "postgresql" && base != "postgres" && base != "mysql" && base != "mariadb")
        return std::string(text);
    return base + std::string(text.substr(end));
}

std::optional<SchemeFacts> facts_of(std::string_view plain, const SchemeLookup& lookup) {
    const auto end = plain.find("://");
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    return lookup(to_lower(plain.substr(0, end)));
}

// mongodb+srv://cluster.example.com: the hosts stand behind a DNS record.
bool names_srv_record(std::string_view plain, const SchemeLookup& lookup) {
    constexpr std::string_view kSrv = "+srv";
    const auto scheme = plain.substr(0, std::min(plain.find("://"), plain.size()));
    return scheme.size() < plain.size() && scheme.ends_with(kSrv) &&
           lookup(to_lower(scheme.substr(0, scheme.size() - kSrv.size()))).has_value();
}

// JDBC keeps user and password in the query.
void move_jdbc_userinfo(Url& url) {
    const auto user = url.option("user");
    const auto password = url.option("password");
    if (user && url.user.empty()) url.user = *user;
    if (password && url.password.empty()) url.password = Secret(*password);
    std::erase_if(url.query,
                  [](const auto& option) { return option.first == "user" || option.first == "password"; });
}

// What has no value, or is no name, may be a piece of a password.
std::string option_name(const std::pair<std::string, std::string>& option) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.';
    };
    const auto& [name, value] = option;
    const bool plain = !value.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), good);
    return plain ? name : "***";
}

// Takes out of `url` what the probe does not know and names it: "pool, schema"; "" when nothing went. An http
// query is no option.
std::string drop_foreign_options(Url& url, const SchemeFacts& facts) {
    std::string dropped;
    if (facts.sends_requests) return dropped;
    std::erase_if(url.query, [&](const auto& option) {
        const auto& known = facts.known_options;
        if (std::find(known.begin(), known.end(), option.first) != known.end()) return false;
        if (dropped.size() < kMaxNames) dropped += (dropped.empty() ? "" : ", ") + option_name(option);
        return true;
    });
    return dropped;
}

void Discovery::whole_url(const std::string& name, std::string_view value) {
    const auto plain = plain_url(trim(value));
    const auto facts = facts_of(plain, lookup_);
    if (!facts && names_srv_record(plain, lookup_)) {
        return warn(name, "names an SRV record, not a host; give one of its hosts with --target");
    }
    if (!facts) return;
    auto read = read_target_url(value, true, lookup_);
    if (!read) return warn(name, read.error().message);
    if (listens(read->url.host)) return;
    TargetSpec spec;
    spec.dependency = dependency_of_variable(name);
    spec.url = std::move(read->url);
    spec.note = std::move(read->note);
    spec.origin = name;
    if (const auto good = check_dependency_name(spec.dependency); !good)
        return warn(name, good.error().message);
    if (facts->sends_requests) {
        spec.connect_only = true;
        spec.url.fragment.clear();  // the app's, not options of the probe
        spec.url.path.clear();
        spec.url.query.clear();
        spec.url.raw_query.clear();
        spec.note = fmt::format(fmt::runtime(kNoRequest), name, spec.dependency);
    }
    found_.push_back(std::move(spec));
}

// A URL of the same name and place says more than a pair.
bool Discovery::is_known(const TargetSpec& spec) const {
    const auto port_of = [&](const Url& url) {
        if (url.port != 0) return url.port;
        const auto facts = lookup_(url.scheme);
        return facts ? facts->default_port : std::uint16_t{0};
    };
    return std::any_of(found_.begin(), found_.end(), [&](const TargetSpec& other) {
        return other.dependency == spec.dependency && other.url.host == spec.url.host &&
               port_of(other.url) == port_of(spec.url);
    });
}

void Discovery::libpq() {
    auto host = get("PGHOST");
    if (host.empty()) host = get("PGHOSTADDR");
    if (host.empty()) return;
    if (host.starts_with('/')) return warn("PGHOST", "is a local socket's directory; only TCP is probed");
    const auto port = get("PGPORT");
    TargetSpec spec;
    // libpq takes lists of hosts and ports; the first is the one it tries first.
    spec.url.host = to_lower(split(host, ',').front());
    if (!port.empty()) {
        const auto number = port_number(split(port, ',').front());
        if (!number) return warn("PGPORT", "is no port; it should be a number from 1 to 65535");
        spec.url.port = *number;
    }
    if (!plain_host(spec.url.host)) return warn("PGHOST", "is no host name or address");
    spec.dependency = "postgres";
    spec.url.scheme = "postgres";
    spec.url.user = get("PGUSER");
    if (const auto password = variables_.find("PGPASSWORD"); password != variables_.end())
        spec.url.password = Secret(password->second);  // libpq takes it as it is, blanks and all
    if (const auto database = get("PGDATABASE"); !database.empty())
        spec.url.path = "/" + encode_segment(database);
    if (const auto mode = get("PGSSLMODE"); !mode.empty()) spec.url.query.emplace_back("sslmode", mode);
    spec.origin = "PGHOST";
    if (!is_known(spec)) found_.push_back(std::move(spec));
}

void Discovery::pair(const std::string& name, const std::string& host_value) {
    if (name == "PGHOST" || !ends_with_ignoring_case(name, "_HOST")) return;
    const auto stem = name.substr(0, name.size() - 5);
    const auto port_name = stem + (name.ends_with("_host") ? "_port" : "_PORT");
    const auto port_text = get(port_name);
    const auto host_text = trim(host_value);
    // A URL is a target of its own; Docker's links put one into REDIS_PORT.
    const bool urls = (port_text + std::string(host_text)).find("://") != std::string::npos;
    if (stem.empty() || port_text.empty() || host_text.empty() || urls || listens(host_text)) return;
    const auto port = port_number(port_text);
    if (!port) return warn(port_name, "is no port; it should be a number from 1 to 65535");
    const auto host = host_of_pair(host_text, port_text);
    if (!host) return warn(name, "is no host name or address");
    TargetSpec spec;
    spec.dependency = dependency_of_variable(stem);
    spec.url.scheme = "tcp";
    spec.url.host = *host;
    spec.url.port = *port;
    spec.origin = name;
    spec.note = fmt::format(fmt::runtime(kPlainPair), stem, spec.dependency);
    if (const auto good = check_dependency_name(spec.dependency); !good)
        return warn(name, good.error().message);
    if (!is_known(spec)) found_.push_back(std::move(spec));
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

Result<TargetUrl> read_target_url(std::string_view text, bool of_app, const SchemeLookup& lookup) {
    text = trim(text);
    auto url = read_url(of_app ? plain_url(text) : std::string(text));
    if (!url) return url.error();
    TargetUrl out{*std::move(url), {}};
    if (!of_app) return out;
    if (is_jdbc(text)) move_jdbc_userinfo(out.url);
    const auto facts = lookup(out.url.scheme);
    const auto dropped = facts ? drop_foreign_options(out.url, *facts) : std::string();
    if (!dropped.empty()) out.note = "options of the app's own driver were left out: " + dropped;
    return out;
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
