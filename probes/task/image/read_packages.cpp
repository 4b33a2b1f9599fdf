#include "probes/task/image/read_packages.hpp"

#include "probes/task/image/digest.hpp"
#include "probes/task/image/packages.hpp"
#include "probes/task/image/rpm_database.hpp"

#include <array>
#include <iterator>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostText = std::size_t{32} << 20U;  // of a database in text, all files together
constexpr std::uint64_t kMostDigested = std::uint64_t{32} << 20U;  // of one that is not understood
constexpr std::size_t kMostStanzaFiles = 4096;

// What is known of an image once one manager's database was looked for.
struct Looked {
    Presence presence = Presence::absent;
    PackageList list;
};

Looked digested(std::string_view manager, const ByteSource& database) {
    auto digest = short_digest(database, kMostDigested);
    if (digest.empty()) return {Presence::unreadable, {}};
    return {Presence::there, {std::string(manager), {}, std::move(digest)}};
}

Looked from_text(ImageFiles& files, const std::string& path, std::string_view manager,
                 std::vector<Package> (*parse)(std::string_view)) {
    const auto opened = files.open_file(path);
    if (!opened.file) return {opened.presence, {}};
    if (opened.file->size() > kMostText) return digested(manager, *opened.file);
    std::string text(static_cast<std::size_t>(opened.file->size()), '\0');
    if (!opened.file->read_at(0, text)) return {Presence::unreadable, {}};
    return {Presence::there, {std::string(manager), package_items(parse(text)), {}}};
}

// Distroless images have no dpkg and a file for each package.
Looked from_stanza_files(ImageFiles& files) {
    const std::string folder = "/var/lib/dpkg/status.d";
    const auto names = files.names_in(folder, kMostStanzaFiles);
    if (names.empty()) return {};
    std::vector<Package> all;
    std::size_t left = kMostText;
    for (const auto& name : names) {
        if (name.ends_with(".md5sums")) continue;
        const auto stanza = files.read(folder + '/' + name, left);
        if (!stanza) continue;
        left -= stanza.text.size();
        auto packages = parse_dpkg(stanza.text);
        std::move(packages.begin(), packages.end(), std::back_inserter(all));
        if (all.size() > kMostPackages) break;
    }
    return {Presence::there, {"dpkg", package_items(std::move(all)), {}}};
}

// A database that is not understood is told by its digest.
Looked listed(std::optional<std::vector<Package>> packages, const ByteSource& database) {
    constexpr std::string_view kManager = "rpm";
    if (!packages) return digested(kManager, database);
    return {Presence::there, {std::string(kManager), package_items(std::move(*packages)), {}}};
}

Looked from_rpm(ImageFiles& files, const std::string& folder) {
    if (const auto database = files.open_file(folder + "/rpmdb.sqlite"); database.file) {
        const auto log = files.open_file(folder + "/rpmdb.sqlite-wal");
        const bool whole = log.presence != Presence::unreadable;
        return listed(whole ? read_rpm_database(*database.file, log.file.get()) : std::nullopt,
                      *database.file);
    } else if (database.presence == Presence::unreadable) {
        return {Presence::unreadable, {}};
    }
    // Berkeley DB; and SUSE's own format, which is not read.
    for (const char* name : {"/Packages", "/Packages.db"}) {
        const auto database = files.open_file(folder + name);
        if (database.file) return listed(read_berkeley_rpm_database(*database.file), *database.file);
        if (database.presence == Presence::unreadable) return {Presence::unreadable, {}};
    }
    return {};
}

}  // namespace

std::optional<PackageList> read_packages(ImageFiles& files) {
    auto looked = from_text(files, "/var/lib/dpkg/status", "dpkg", parse_dpkg);
    if (looked.presence == Presence::absent) looked = from_stanza_files(files);
    for (const char* path : {"/lib/apk/db/installed", "/usr/lib/apk/db/installed"}) {
        if (looked.presence == Presence::absent) looked = from_text(files, path, "apk", parse_apk);
    }
    for (const char* folder : {"/var/lib/rpm", "/usr/lib/sysimage/rpm"}) {
        if (looked.presence == Presence::absent) looked = from_rpm(files, folder);
    }
    if (looked.presence == Presence::unreadable) return std::nullopt;
    return std::move(looked.list);
}

}  // namespace plumb::task::image
