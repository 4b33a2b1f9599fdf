#include "controller/store/sqlite.hpp"

#include <cctype>
#include <cstddef>

#include <fmt/format.h>
#include <sqlite3.h>

namespace plumb::store {
namespace {

// How long a statement waits for another process that holds the file (a backup, the sqlite3 shell).
constexpr std::chrono::milliseconds kBusy{5000};

// What to check, beside SQLite's own words.
std::string_view remedy(int code) {
    switch (code & 0xff) {
        case SQLITE_CANTOPEN:
            return "; the folder must exist and be writable";
        case SQLITE_READONLY:
            return "; the file and its folder must be writable";
        case SQLITE_NOTADB:
            return "; this is another kind of file: name another one";
        case SQLITE_CORRUPT:
            return "; restore a copy, or move the file away to begin a new one";
        case SQLITE_FULL:
            return "; the disk is full";
        case SQLITE_BUSY:
            return "; another process holds the file";
        default:
            return "";
    }
}

// A URI that says that the file does not change, for which the name is written as bytes.
std::string unchanging(const std::string& file) {
    std::string uri = "file:";
    for (const char c : file) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = std::isalnum(byte) != 0 || c == '/' || c == '.' || c == '-' || c == '_';
        uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(byte));
    }
    return uri + "?immutable=1";
}

}  // namespace

std::int64_t to_ms(Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
Time from_ms(std::int64_t value) {
    return Time(std::chrono::milliseconds(value));
}

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}
void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

Database::Database(const std::string& file, Mode mode) : file_(file) {
    sqlite3* opened = nullptr;
    // Each connection is guarded by its owner's mutex, so SQLite's own is not needed.
    const bool untouched = mode == Mode::untouched;
    const int access =
        mode == Mode::read_write_create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int flags = SQLITE_OPEN_NOMUTEX | access | (untouched ? SQLITE_OPEN_URI : 0);
    const std::string name = untouched ? unchanging(file) : file;
    const int code = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    if (opened == nullptr) throw StoreError("store: no memory to open " + file);
    sqlite3_extended_result_codes(opened, 1);
    if (code != SQLITE_OK) fail("open");
    wait_at_most(kBusy);
}

void Database::fail(std::string_view doing) const {
    throw StoreError(fmt::format("store {}: cannot {}: {}{}", file_, doing, sqlite3_errmsg(handle_.get()),
                                 remedy(sqlite3_errcode(handle_.get()))));
}

void Database::run(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail("write");
}

std::int64_t Database::number(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? std::string(statement.text(0)) : std::string();
}

void Database::wait_at_most(std::chrono::milliseconds busy) {
    sqlite3_busy_timeout(handle_.get(), static_cast<int>(busy.count()));
}

bool Database::moved() const {
    int moved = 0;
    return sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           moved != 0;
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_.get());
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) != SQLITE_OK) {
        database.fail("read");
    }
    handle_.reset(prepared);
}

Statement& Statement::bind(std::int64_t value) {
    if (sqlite3_bind_int64(handle_.get(), next_++, value) != SQLITE_OK) database_->fail("bind");
    return *this;
}

// The bytes are not copied by SQLite: callers keep them alive until the statement was run.
Statement& Statement::bind(std::string_view text) {
    const char* data = text.data() == nullptr ? "" : text.data();
    if (sqlite3_bind_text64(handle_.get(), next_++, data, text.size(), nullptr, SQLITE_UTF8) != SQLITE_OK) {
        database_->fail("bind");
    }
    return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
    const char* data = bytes.data() == nullptr ? "" : bytes.data();
    if (sqlite3_bind_blob64(handle_.get(), next_++, data, bytes.size(), nullptr) != SQLITE_OK) {
        database_->fail("bind");
    }
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    database_->fail(sqlite3_stmt_readonly(handle_.get()) != 0 ? "read" : "write");
}

void Statement::run() {
    const Use use(*this);
    while (step()) {
    }
}

void Statement::reset() noexcept {
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
    next_ = 1;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::string_view Statement::text(int column) const {
    return blob(column);
}

std::string_view Statement::blob(int column) const {
    const void* data = sqlite3_column_blob(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    return data == nullptr ? std::string_view()
                           : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    // A failed write may have rolled back already; a second ROLLBACK is then refused and harmless.
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

}  // namespace plumb::store
