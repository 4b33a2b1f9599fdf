#include "tests/unit/task_image/rpm_maker.hpp"

#include "base/freed.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <db.h>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>

#include <sqlite3.h>

namespace plumb::task::image {
namespace {

using Database = std::unique_ptr<sqlite3, Freed<sqlite3_close>>;
using Statement = std::unique_ptr<sqlite3_stmt, Freed<sqlite3_finalize>>;

void append_32(std::string& to, std::size_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        to.push_back(static_cast<char>(value >> shift & 0xFFU));
}

class Header {
  public:
    void text(unsigned tag, const std::string& value) { add(tag, 6, 1, value + '\0'); }
    void number(unsigned tag, std::uint32_t value) {
        std::string bytes;
        append_32(bytes, value);
        while (store_.size() % 4 != 0)
            store_.push_back('\0');
        add(tag, 4, 1, bytes);
    }
    void blob(unsigned tag, std::size_t size) { add(tag, 7, size, std::string(size, 'x')); }

    std::string whole() const {
        std::string out;
        append_32(out, entries_);
        append_32(out, store_.size());
        return out + index_ + store_;
    }

  private:
    void add(unsigned tag, unsigned type, std::size_t count, const std::string& bytes) {
        append_32(index_, tag);
        append_32(index_, type);
        append_32(index_, store_.size());
        append_32(index_, count);
        store_ += bytes;
        ++entries_;
    }

    std::size_t entries_ = 0;
    std::string index_;
    std::string store_;
};

void check(bool good, sqlite3* database) {
    if (!good) throw std::runtime_error(database == nullptr ? "no memory" : sqlite3_errmsg(database));
}

Database open(const std::string& path) {
    sqlite3* made = nullptr;
    const int result = sqlite3_open(path.c_str(), &made);
    Database database(made);
    check(result == SQLITE_OK, made);
    return database;
}

void execute(const Database& database, const std::string& sql) {
    check(sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, database.get());
}

void insert(const Database& database, std::string_view table, const std::vector<Package>& packages,
            std::size_t filling) {
    sqlite3_stmt* made = nullptr;
    const auto sql = "INSERT INTO '" + std::string(table) + "' (blob) VALUES (?)";
    check(sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &made, nullptr) == SQLITE_OK, database.get());
    const Statement statement(made);
    execute(database, "BEGIN");
    for (const auto& package : packages) {
        const auto header = rpm_header(package, filling);
        sqlite3_bind_blob(made, 1, header.data(), static_cast<int>(header.size()), SQLITE_STATIC);
        check(sqlite3_step(made) == SQLITE_DONE, database.get());
        sqlite3_reset(made);
    }
    execute(database, "COMMIT");
}

class BerkeleyDatabase {
  public:
    BerkeleyDatabase(const std::string& path, unsigned page_size, bool tree) {
        check(db_create(&database_, nullptr, 0));
        database_->set_pagesize(database_, page_size);
        check(database_->open(database_, nullptr, path.c_str(), nullptr, tree ? DB_BTREE : DB_HASH, DB_CREATE,
                              0644));
    }
    ~BerkeleyDatabase() { database_->close(database_, 0); }
    BerkeleyDatabase(const BerkeleyDatabase&) = delete;
    BerkeleyDatabase& operator=(const BerkeleyDatabase&) = delete;

    void put(std::uint32_t number, std::string value) {
        DBT key{};
        key.data = &number;
        key.size = sizeof(number);
        DBT data{};
        data.data = value.data();
        data.size = static_cast<std::uint32_t>(value.size());
        check(database_->put(database_, nullptr, &key, &data, 0));
    }

  private:
    static void check(int error) {
        if (error != 0) throw std::runtime_error(db_strerror(error));
    }
    DB* database_ = nullptr;
};

}  // namespace

std::string rpm_header(const Package& package, std::size_t filling, bool filling_first) {
    Header header;
    auto version = package.version;
    if (filling_first) header.blob(274, filling);
    header.text(1000, package.name);
    if (const auto colon = version.find(':'); colon != std::string::npos) {
        header.number(1003, static_cast<std::uint32_t>(std::atoi(version.c_str())));
        version.erase(0, colon + 1);
    }
    const auto dash = version.rfind('-');
    header.text(1001, version.substr(0, dash));
    header.text(1002, version.substr(dash + 1));
    header.text(1022, package.architecture);
    if (!filling_first) header.blob(1117, filling);
    return header.whole();
}

std::vector<Package> made_up(int count) {
    std::vector<Package> packages;
    for (int i = 0; i < count; ++i) {
        const auto number = std::to_string(i);
        const std::string epoch = i % 3 == 0 ? "2:" : "";
        packages.push_back({"package-" + number, epoch + "1." + number + "-1.amzn2023", "x86_64"});
    }
    return packages;
}

std::vector<std::string> damaged(const std::string& file) {
    std::mt19937 random(7);
    std::vector<std::string> files;
    for (int round = 0; round < 400; ++round) {
        auto& each = files.emplace_back(file);
        for (int i = 0; i < 8; ++i)
            each[random() % each.size()] = static_cast<char>(random());
        if (round % 5 == 0) each.resize(random() % each.size());
    }
    return files;
}

void make_rpm_database(const std::string& path, const std::vector<Package>& packages,
                       const RpmMaking& making) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    for (const char* part : {"", "-wal", "-shm"})
        std::filesystem::remove(path + part);
    const auto database = open(path);
    execute(database, "PRAGMA page_size = " + std::to_string(making.page_size));
    execute(database, "PRAGMA journal_mode = WAL");
    execute(database, "PRAGMA synchronous = OFF");
    execute(database, "CREATE TABLE 'Basenames' (key TEXT, hnum INTEGER)");
    execute(database, "CREATE TABLE '" + std::string(making.table) +
                          "' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
    execute(database, "CREATE INDEX 'Basenames_key' ON 'Basenames' (key)");
    insert(database, making.table, packages, making.filling);
}

void make_berkeley_rpm_database(const std::string& path, const std::vector<Package>& packages,
                                const RpmMaking& making, bool tree) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::filesystem::remove(path);
    BerkeleyDatabase database(path, making.page_size, tree);
    std::uint32_t number = 0;
    const auto count = static_cast<std::uint32_t>(packages.size());
    std::string next(sizeof(count), '\0');
    std::memcpy(next.data(), &count, sizeof(count));
    database.put(number, next);
    for (const auto& package : packages)
        database.put(++number, rpm_header(package, making.filling));
}

void add_in_log(const std::string& path, const std::vector<Package>& packages) {
    const auto database = open(path);
    execute(database, "PRAGMA wal_autocheckpoint = 0");
    check(sqlite3_db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr) == SQLITE_OK,
          database.get());
    insert(database, "Packages", packages, RpmMaking{}.filling);
}

}  // namespace plumb::task::image
