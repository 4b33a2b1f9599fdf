#include "probes/task/image/names.hpp"

#include "base/text.hpp"
#include "probes/task/image/lines.hpp"

#include <algorithm>
#include <map>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostOptions = 32;
constexpr std::size_t kMostHosts = 10'000;  // names kept
constexpr std::size_t kMostName = 253;      // RFC 1035
constexpr std::size_t kMostLocales = 20;

std::string_view without_comment(std::string_view line) {
    return line.substr(0, line.find_first_of("#;"));
}

bool is_loopback_name(std::string_view name) {
    return name.starts_with("localhost") || name.starts_with("ip6-");
}

// Service Connect writes an entry for each service that the task may call, and the names hold the namespace
// of the environment.
bool is_of_service_connect(std::string_view address) {
    return address.starts_with("127.255.") || address.starts_with("2600:f0f0:");
}

std::string_view first_label(std::string_view name) {
    return name.substr(0, name.find('.'));
}

// 10.0.1.5 → ip-10-0-1-5, as EC2 and Fargate name their hosts.
std::string name_of_address(std::string_view address) {
    auto name = "ip-" + std::string(address);
    std::replace(name.begin(), name.end(), '.', '-');
    return name;
}

bool is_own(std::string_view name, const std::vector<std::string>& own_names) {
    return std::any_of(own_names.begin(), own_names.end(), [name](const std::string& own) {
        return equals_ignore_case(name, own) || equals_ignore_case(name, first_label(own));
    });
}

}  // namespace

std::string resolver_options(std::string_view resolv_conf) {
    std::map<std::string, std::string, std::less<>> options;  // name → as it is written
    while (const auto line = take_line(resolv_conf)) {
        const auto parts = words(without_comment(*line));
        if (parts.empty() || parts[0] != "options") continue;
        for (std::size_t i = 1; i < parts.size() && options.size() < kMostOptions; ++i) {
            const auto name = parts[i].substr(0, parts[i].find(':'));
            options.insert_or_assign(std::string(name), std::string(parts[i]));
        }
    }
    std::vector<std::string> written;
    written.reserve(options.size());
    for (auto& [name, option] : options)
        written.push_back(std::move(option));
    return written.empty() ? "none" : joined(written, " ");
}

ExtraHosts extra_hosts(std::string_view hosts, const std::vector<std::string>& own_names) {
    ExtraHosts out;
    while (const auto line = take_line(hosts)) {
        const auto parts = words(line->substr(0, line->find('#')));
        if (parts.size() < 2) continue;
        const auto own_by_address = name_of_address(parts[0]);
        const bool usual = std::any_of(parts.begin() + 1, parts.end(), [&](std::string_view name) {
            return is_loopback_name(name) || is_own(name, own_names) || first_label(name) == own_by_address;
        });
        if (usual || is_of_service_connect(parts[0])) continue;
        ++out.entries;
        for (std::size_t i = 1; i < parts.size() && out.names.size() < kMostHosts; ++i)
            out.names.push_back(to_lower(parts[i].substr(0, kMostName)));
    }
    std::sort(out.names.begin(), out.names.end());
    out.names.erase(std::unique(out.names.begin(), out.names.end()), out.names.end());
    return out;
}

std::string hosts_text(const ExtraHosts& hosts) {
    if (hosts.entries == 0) return "none";
    const std::string_view noun = hosts.entries == 1 ? " extra entry: " : " extra entries: ";
    return std::to_string(hosts.entries).append(noun).append(joined(hosts.names, ", "));
}

std::string nsswitch_hosts(std::string_view nsswitch) {
    while (const auto line = take_line(nsswitch)) {
        const auto parts = words(line->substr(0, line->find('#')));
        if (parts.empty() || !parts[0].starts_with("hosts:")) continue;
        const auto text = single_spaced(line->substr(0, line->find('#')));
        return std::string(trim(std::string_view(text).substr(std::string_view("hosts:").size())));
    }
    return {};
}

std::string locale_text(std::string_view locale_conf) {
    std::map<std::string, std::string, std::less<>> values;
    while (const auto line = take_line(locale_conf)) {
        const auto entry = parse_assignment(*line);
        if (!entry || values.size() == kMostLocales) continue;
        if (entry->key == "LANG" || entry->key == "LANGUAGE" || entry->key.starts_with("LC_"))
            values.insert_or_assign(std::string(entry->key), entry->value);
    }
    std::string text;
    if (const auto lang = values.find("LANG"); lang != values.end()) {
        text = lang->second;
        values.erase(lang);
    }
    for (const auto& [key, value] : values) {
        if (!text.empty()) text += ' ';
        text.append(key).append("=").append(value);
    }
    return text;
}

}  // namespace plumb::task::image
