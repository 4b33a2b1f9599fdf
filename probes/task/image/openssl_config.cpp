#include "probes/task/image/openssl_config.hpp"

#include "base/text.hpp"
#include "probes/task/image/lines.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostEntries = 4096;
constexpr unsigned kMostIncludes = 32;
constexpr unsigned kDeepest = 8;
constexpr std::size_t kMostValue = 4096;  // bytes
constexpr std::string_view kDefault = "default";
constexpr std::string_view kInclude = ".include";

// Up to a '#' that is neither quoted nor escaped.
std::string_view without_comment(std::string_view line) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '\\') {
            ++i;
        } else if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#') {
            return line.substr(0, i);
        }
    }
    return line;
}

std::string value_text(std::string_view value) {
    value = trim(value.substr(0, kMostValue));
    const bool quoted =
        value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
    return single_spaced(quoted ? value.substr(1, value.size() - 2) : value);
}

class Parser {
  public:
    explicit Parser(const IncludedText& included) : included_(included) {}

    void read(std::string_view text, unsigned depth) {
        std::string line;
        while (const auto part = take_line(text)) {
            if (entries.size() == kMostEntries) return;
            if (part->ends_with('\\') && line.size() < kMostValue) {
                line.append(part->substr(0, part->size() - 1));
                continue;
            }
            line.append(*part);
            take(trim(without_comment(line)), depth);
            line.clear();
        }
        take(trim(without_comment(line)), depth);
    }

    std::vector<ConfigEntry> entries;

  private:
    void take(std::string_view line, unsigned depth) {
        if (line.empty()) return;
        if (line.front() == '[') {
            section_ = single_spaced(line.substr(1, std::min(line.find(']'), line.size()) - 1));
            return;
        }
        const bool include =
            line.starts_with(kInclude) && line.find_first_of(" \t=", kInclude.size()) == kInclude.size();
        if (include) {
            auto path = trim(line.substr(kInclude.size()));
            if (path.starts_with('=')) path = trim(path.substr(1));
            return take_in(value_text(path), depth);
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return;
        entries.push_back(
            {section_, single_spaced(line.substr(0, equals)), value_text(line.substr(equals + 1))});
    }

    void take_in(const std::string& path, unsigned depth) {
        if (depth >= kDeepest || includes_ == kMostIncludes) return;
        ++includes_;
        read(included_(path), depth + 1);
    }

    const IncludedText& included_;
    std::string section_{kDefault};
    unsigned includes_ = 0;
};

// The entries as OpenSSL looks them up, and which of them have been told by themselves.
class Lookup {
  public:
    explicit Lookup(const std::vector<ConfigEntry>& entries) : entries_(entries), told_(entries.size()) {}

    // Whether `key` is `wanted`, with or without a word and a dot before it ("TLS.MinProtocol").
    static bool is_command(std::string_view key, std::string_view wanted) {
        const auto dot = key.find('.');
        if (dot != std::string_view::npos && equals_ignore_case(key.substr(0, dot), "DTLS")) return false;
        return equals_ignore_case(dot == std::string_view::npos ? key : key.substr(dot + 1), wanted);
    }

    std::string value(std::string_view section, std::string_view key) const {
        std::string found;  // the last one holds
        for (const auto& entry : entries_) {
            if (entry.section == section && entry.key == key) found = entry.value;
        }
        return found;
    }
    void tell(std::string_view section, std::string_view key) {
        for (std::size_t i = 0; i < entries_.size(); ++i)
            told_[i] = told_[i] || (entries_[i].section == section && entries_[i].key == key);
    }
    std::optional<std::string> command(std::string_view section, std::string_view name) {
        std::optional<std::string> found;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].section != section || !is_command(entries_[i].key, name)) continue;
            found = entries_[i].value;
            told_[i] = true;
        }
        return found;
    }
    std::string rest() const {
        std::string out;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (told_[i]) continue;
            const auto& entry = entries_[i];
            out.append("[").append(entry.section).append("] ");
            out.append(entry.key).append("=").append(entry.value).append("\n");
        }
        return out;
    }

  private:
    const std::vector<ConfigEntry>& entries_;
    std::vector<bool> told_;
};

bool is_yes(std::string_view value) {
    constexpr std::array<std::string_view, 5> kYes{"1", "yes", "true", "on", "y"};
    return std::any_of(kYes.begin(), kYes.end(),
                       [value](std::string_view yes) { return equals_ignore_case(value, yes); });
}

// [providers] fips = its section, and there activate = 1: both are told by that it is.
bool is_active(Lookup& lookup, std::string_view providers, std::string_view name) {
    const auto section = lookup.value(providers, name);
    if (section.empty() || !is_yes(lookup.value(section, "activate"))) return false;
    lookup.tell(providers, name);
    lookup.tell(section, "activate");
    return true;
}

bool wants_fips(const Lookup& lookup, std::string_view algorithms) {
    if (algorithms.empty()) return false;
    const auto properties = lookup.value(algorithms, "default_properties");
    return is_yes(lookup.value(algorithms, "fips_mode")) || properties.find("fips=yes") != std::string::npos;
}

}  // namespace

std::vector<ConfigEntry> parse_openssl_config(std::string_view text, const IncludedText& included) {
    Parser parser(included);
    parser.read(text, 0);
    return std::move(parser.entries);
}

OpensslChoices openssl_choices(const std::vector<ConfigEntry>& entries) {
    Lookup lookup(entries);
    OpensslChoices out;
    const auto start = lookup.value(kDefault, "openssl_conf");
    if (!start.empty()) {
        const auto defaults = lookup.value(lookup.value(start, "ssl_conf"), "system_default");
        if (!defaults.empty()) {
            out.min_protocol = lookup.command(defaults, "MinProtocol");
            out.max_protocol = lookup.command(defaults, "MaxProtocol");
            out.ciphers = lookup.command(defaults, "CipherString");
            out.cipher_suites = lookup.command(defaults, "Ciphersuites");
            out.options = lookup.command(defaults, "Options");
        }
        const auto providers = lookup.value(start, "providers");
        if (is_active(lookup, providers, "fips") || wants_fips(lookup, lookup.value(start, "alg_section"))) {
            out.fips = "yes";
        }
        if (is_active(lookup, providers, "legacy")) out.legacy = "yes";
    }
    out.rest = lookup.rest();
    return out;
}

}  // namespace plumb::task::image
