#include "probes/task/image/read_authorities.hpp"

#include "base/text.hpp"
#include "probes/task/image/digest.hpp"

#include <array>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostBundle = std::size_t{4} << 20U;  // bytes, of all files together
constexpr std::size_t kMostFiles = 512;                     // of a folder
constexpr std::size_t kMostFolders = 4;

constexpr std::array<std::string_view, 4> kExtra{"NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE",
                                                 "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"};

struct Bundle {
    Presence presence = Presence::absent;
    std::string path;
    std::string pem;
};

Bundle usual_bundle(ImageFiles& files) {
    // As the agent's own choice when a target names no file (probes/net/trust_store).
    constexpr std::array kPlaces{
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
    };
    bool unreadable = false;
    for (const char* path : kPlaces) {
        auto text = files.read(path, kMostBundle);
        unreadable = unreadable || text.presence == Presence::unreadable;
        if (!text.text.empty()) return {Presence::there, path, std::move(text.text)};
    }
    return {unreadable ? Presence::unreadable : Presence::absent, {}, {}};
}

Bundle named_bundle(ImageFiles& files, const std::string& path) {
    if (!path.starts_with('/')) return {Presence::unreadable, {}, {}};  // by the process's own folder
    auto text = files.read(path, kMostBundle);
    return {text.presence, path, std::move(text.text)};
}

void add_folders(ImageFiles& files, const std::string& folders, std::string& pem) {
    std::size_t left = kMostBundle;
    std::size_t count = 0;
    for (const auto folder : split(folders, ':')) {
        if (!folder.starts_with('/') || ++count > kMostFolders) continue;
        for (const auto& name : files.names_in(std::string(folder), kMostFiles)) {
            if (left == 0) return;
            const auto text = files.read(std::string(folder).append(1, '/').append(name), left);
            left -= std::min(left, text.text.size());
            pem.append(text.text).push_back('\n');
        }
    }
}

std::string in_words(ImageFiles& files, const std::string& path) {
    const auto bundle = named_bundle(files, path);
    if (bundle.presence != Presence::there)
        return bundle.presence == Presence::absent ? "no such file" : "not readable";
    return authorities_text(parse_authorities(bundle.pem));
}

}  // namespace

std::optional<CaBundle> read_ca_bundle(ImageFiles& files, const Variables& variables) {
    const auto file = variables.get_filled("SSL_CERT_FILE");
    const auto folders = variables.get_filled("SSL_CERT_DIR");
    auto bundle = file ? named_bundle(files, *file) : usual_bundle(files);
    if (bundle.presence == Presence::unreadable) return std::nullopt;
    if (folders) add_folders(files, *folders, bundle.pem);
    if (bundle.pem.empty() && !file) return CaBundle{};
    // A path that a variable holds is not repeated.
    if (file) bundle.path = "set by SSL_CERT_FILE";
    if (folders) bundle.path.append(bundle.path.empty() ? "" : ", ").append("folders of SSL_CERT_DIR");
    return CaBundle{std::move(bundle.path), parse_authorities(bundle.pem)};
}

std::vector<ExtraAuthorities> read_extra_authorities(ImageFiles& files, const Variables& variables) {
    std::vector<ExtraAuthorities> out;
    for (const auto name : kExtra) {
        if (const auto path = variables.get_filled(name)) out.push_back({name, in_words(files, *path)});
    }
    return out;
}

std::string Variables::fingerprint() const {
    std::string text;
    for (const std::string_view name :
         {"TZ", "LC_ALL", "LC_CTYPE", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
        const auto value = get(name);
        text.append(value ? "=" + *value : std::string("-")).push_back('\0');
    }
    for (const auto name : kExtra)
        text.append(get(name).value_or("")).push_back('\0');
    return sha256(text);
}

}  // namespace plumb::task::image
