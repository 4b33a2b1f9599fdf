#include "probes/task/image/read_image.hpp"

#include "base/text.hpp"
#include "probes/net/resolv_conf.hpp"
#include "probes/task/image/by_variable.hpp"
#include "probes/task/image/library_version.hpp"
#include "probes/task/image/read_authorities.hpp"
#include "probes/task/image/read_packages.hpp"
#include "probes/task/image/timezone.hpp"

#include <array>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostSmall = std::size_t{64} << 10U;  // bytes of a file that has a few lines
constexpr std::size_t kMostConfig = std::size_t{1} << 20U;
constexpr std::size_t kMostIncluded = 32;  // files of a folder

// The first place of a list of paths at which there is something, readable or not.
template <std::size_t Count>
FileText first_of(ImageFiles& files, const std::array<const char*, Count>& paths, std::size_t limit,
                  std::string* found = nullptr) {
    FileText text;
    for (const char* path : paths) {
        text = files.read(path, limit);
        if (found != nullptr) *found = path;
        if (text.presence != Presence::absent) break;
    }
    return text;
}

std::optional<OsRelease> read_os(ImageFiles& files) {
    constexpr std::array kPlaces{"/etc/os-release", "/usr/lib/os-release"};
    const auto text = first_of(files, kPlaces, kMostSmall);
    if (text.presence == Presence::unreadable) return std::nullopt;
    return parse_os_release(text.text);
}

template <std::size_t Count>
std::optional<std::string> version_in(ImageFiles& files, const std::array<const char*, Count>& folders,
                                      const std::string& name, FindVersion find) {
    for (const char* folder : folders) {
        const auto library = files.open_file(folder + name);
        if (!library.file) continue;
        if (auto version = find_version(*library.file, find)) return version;
    }
    return std::nullopt;
}

constexpr std::array kLibraryFolders{
    "/usr/lib/x86_64-linux-gnu/",   // Debian, Ubuntu
    "/lib/x86_64-linux-gnu/",       //
    "/usr/lib/aarch64-linux-gnu/",  //
    "/lib/aarch64-linux-gnu/",      //
    "/usr/lib64/",                  // Amazon Linux, Red Hat
    "/lib64/",                      //
    "/usr/lib/",                    // Alpine
    "/lib/",                        //
};

std::string read_libc(ImageFiles& files) {
    std::string found;
    if (const auto version = version_in(files, kLibraryFolders, "libc.so.6", glibc_version)) {
        found = "glibc " + *version;
    }
    constexpr std::array kLoaders{"/lib/ld-musl-x86_64.so", "/lib/ld-musl-aarch64.so"};
    if (const auto version = version_in(files, kLoaders, ".1", musl_version)) {
        found.append(found.empty() ? "" : ", ").append("musl ").append(*version);
    }
    return found.empty() ? "none" : found;
}

std::optional<std::string> read_openssl(ImageFiles& files) {
    // OpenSSL 3, 1.1, and 1.0.2 of Red Hat and of the others.
    for (const char* name : {"libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so.10", "libcrypto.so.1.0.0"}) {
        if (auto version = version_in(files, kLibraryFolders, name, openssl_version)) return version;
    }
    return std::nullopt;
}

// A file, or the *.cnf and *.conf files of a folder, as OpenSSL takes them in.
std::string included_text(ImageFiles& files, const std::string& path) {
    if (!path.starts_with('/')) return {};
    std::string all;
    for (const auto& name : files.names_in(path, kMostIncluded)) {
        if (!name.ends_with(".cnf") && !name.ends_with(".conf")) continue;
        all += files.read(path + '/' + name, kMostSmall).text + '\n';
    }
    return all.empty() ? files.read(path, kMostSmall).text : all;
}

void read_openssl_config(ImageFiles& files, ImageEvidence& out) {
    constexpr std::array kPlaces{"/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf",
                                 "/usr/lib/ssl/openssl.cnf", "/usr/local/ssl/openssl.cnf"};
    const auto text = first_of(files, kPlaces, kMostConfig);
    out.openssl_config_readable = text.presence != Presence::unreadable;
    if (!text) return;
    const IncludedText included = [&files](const std::string& path) { return included_text(files, path); };
    out.openssl_config = openssl_choices(parse_openssl_config(text.text, included));
}

constexpr std::string_view kUnknown = "set by variable";  // to what nobody repeats

// Without the zone's file the C library falls back to UTC, and a runtime with zones of its own does not.
constexpr std::string_view kNoFile = " (its zone file is missing)";

std::optional<std::string> zone_by_variable(ImageFiles& files, const Variables& variables) {
    const auto value = variables.get("TZ");
    if (!value) return std::nullopt;
    auto zone = zone_of_variable(*value);
    if (zone.empty()) return std::string(kUnknown);
    if (!names_zone_file(zone)) return zone;
    const auto file = files.open_file("/usr/share/zoneinfo/" + zone);
    return file.presence == Presence::absent ? zone.append(kNoFile) : zone;
}

std::optional<std::string> read_timezone(ImageFiles& files, const Variables& variables) {
    if (auto zone = zone_by_variable(files, variables)) return zone;
    const std::string path = "/etc/localtime";
    const auto target = files.link_target(path);
    const auto zone = files.read(path, kMostSmall);
    if (target) {
        auto name = zone_of_link(*target);
        return zone.presence == Presence::absent && name != "UTC" ? name.append(kNoFile) : name;
    }
    if (zone.presence == Presence::unreadable) return std::nullopt;
    return zone_of_file(zone.text);
}

std::string locale_by_variable(const Variables& variables) {
    const auto known = [&](std::string_view name) {
        const auto value = variables.get_filled(name);
        if (!value) return std::string();
        auto locale = locale_of_variable(*value);
        return locale.empty() ? std::string(kUnknown) : locale;
    };
    if (auto all = known("LC_ALL"); !all.empty()) return all;
    auto text = known("LANG");
    const auto characters = known("LC_CTYPE");
    if (characters.empty() || characters == text) return text;
    if (!text.empty()) text += ' ';
    return text.append("LC_CTYPE=").append(characters);
}

std::optional<std::string> read_locale(ImageFiles& files, const Variables& variables) {
    if (auto locale = locale_by_variable(variables); !locale.empty()) return locale;
    constexpr std::array kPlaces{"/etc/locale.conf", "/etc/default/locale"};
    for (const char* path : kPlaces) {
        const auto text = files.read(path, kMostSmall);
        if (text.presence == Presence::unreadable) return std::nullopt;
        if (auto locale = locale_text(text.text); !locale.empty()) return locale;
    }
    return "none";
}

std::optional<Resolver> read_resolver(ImageFiles& files) {
    const auto text = files.read("/etc/resolv.conf", kMostSmall);
    if (!text) return std::nullopt;
    const auto conf = net::parse_resolv_conf(text.text);
    Resolver out{resolver_options(text.text), conf.search, {}};
    for (const auto& server : conf.servers)
        out.servers.push_back(server.address.to_string());
    return out;
}

std::optional<ExtraHosts> read_hosts(ImageFiles& files, std::vector<std::string> own_names) {
    if (const auto name = files.read("/etc/hostname", kMostSmall)) {
        if (const auto trimmed = trim(name.text); !trimmed.empty()) own_names.emplace_back(trimmed);
    }
    const auto text = files.read("/etc/hosts", kMostConfig);
    if (text.presence == Presence::unreadable) return std::nullopt;
    return extra_hosts(text.text, own_names);
}

}  // namespace

ImageEvidence read_image(ImageFiles& files, std::vector<std::string> own_names, const Variables& variables) {
    ImageEvidence out;
    out.os = read_os(files);
    out.libc = read_libc(files);
    out.openssl = read_openssl(files);
    out.packages = read_packages(files);
    out.ca_bundle = read_ca_bundle(files, variables);
    out.extra_authorities = read_extra_authorities(files, variables);
    read_openssl_config(files, out);
    out.timezone = read_timezone(files, variables);
    out.locale = read_locale(files, variables);
    if (const auto text = files.read("/etc/nsswitch.conf", kMostSmall)) {
        out.nsswitch_hosts = nsswitch_hosts(text.text);
    }
    out.resolver = read_resolver(files);
    out.hosts = read_hosts(files, std::move(own_names));
    return out;
}

}  // namespace plumb::task::image
