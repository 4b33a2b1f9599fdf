#include "probes/task/image/rpm_database.hpp"

#include "probes/task/image/berkeley_file.hpp"
#include "probes/task/image/rpm_header.hpp"
#include "probes/task/image/sqlite_file.hpp"

#include <array>

namespace plumb::task::image {
namespace {

// Names and versions stand near the front, and file lists make a header of megabytes.
constexpr std::array<std::size_t, 2> kParts{std::size_t{16} << 10U, std::size_t{8} << 20U};

std::optional<Package> package_of(SqliteFile& file, const SqliteRow& row) {
    for (const auto part : kParts) {
        const auto record = file.record(row, part);
        if (!record) return std::nullopt;
        // hnum, blob
        const auto columns = parse_sqlite_record(*record, 2);
        if (!columns || columns->size() < 2) return std::nullopt;
        if (auto package = parse_rpm_header((*columns)[1].bytes)) return package;
        if (record->size() == row.size) return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Package> package_of(BerkeleyFile& file, const BerkeleyEntry& entry) {
    for (const auto part : kParts) {
        const auto header = file.value(entry, part);
        if (!header) return std::nullopt;
        if (auto package = parse_rpm_header(*header)) return package;
        if (header->size() == entry.size) return std::nullopt;
    }
    return std::nullopt;
}

// False: it is none, or there are too many.
bool keep(std::optional<Package> package, std::vector<Package>& packages) {
    if (!package || packages.size() >= kMostPackages) return false;
    packages.push_back(std::move(*package));
    return true;
}

}  // namespace

std::optional<std::vector<Package>> read_rpm_database(const ByteSource& file, const ByteSource* log) {
    auto database = SqliteFile::open(file, log);
    if (!database) return std::nullopt;
    std::vector<Package> packages;
    bool good = true;
    const bool walked = database->each_row("Packages", [&](const SqliteRow& row) {
        good = keep(package_of(*database, row), packages);
        return good;
    });
    if (!walked || !good) return std::nullopt;
    return packages;
}

std::optional<std::vector<Package>> read_berkeley_rpm_database(const ByteSource& file) {
    constexpr std::string_view kNextNumber("\0\0\0\0", 4);  // the entry that counts, of no package
    auto database = BerkeleyFile::open(file);
    if (!database) return std::nullopt;
    std::vector<Package> packages;
    bool good = true;
    const bool walked = database->each_entry([&](const BerkeleyEntry& entry) {
        good = entry.key == kNextNumber || keep(package_of(*database, entry), packages);
        return good;
    });
    if (!walked || !good) return std::nullopt;
    return packages;
}

}  // namespace plumb::task::image
