// SQLite behind RAII: a connection, a prepared statement, a transaction. Everything that SQLite refuses is
// thrown as StoreError with SQLite's own words and the file's name.
//
// Thread rule: a Database and its Statements belong to one caller at a time (the store holds a mutex for
// each). Lifetime: Statements end before their Database.
#pragma once

#include "controller/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace plumb::store {

// Instants are kept in milliseconds since the epoch.
std::int64_t to_ms(Time time);
Time from_ms(std::int64_t value);

class Database {
  public:
    // `untouched`: to read a file that nobody writes to, without the files that a reader would make beside
    // it.
    enum class Mode { read_write_create, read_only, untouched };
    Database(const std::string& file, Mode mode);

    void run(const std::string& sql);  // one or more statements without results
    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);
    void wait_at_most(std::chrono::milliseconds busy);  // for another process that holds the file
    bool moved() const;            // the path is no longer this file: what is written would be lost
    std::int64_t changes() const;  // rows that the last statement changed
    const std::string& file() const { return file_; }
    sqlite3* handle() const { return handle_.get(); }
    [[noreturn]] void fail(std::string_view doing) const;

  private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::string file_;
    std::unique_ptr<sqlite3, Close> handle_;
};

// Use: bind in order, step until false, then reset (Use does so at the end of a scope).
class Statement {
  public:
    Statement(Database& database, std::string_view sql);

    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);
    Statement& bind_blob(std::string_view bytes);
    bool step();  // true: a row is there
    void run();   // steps to the end and resets
    void reset() noexcept;

    std::int64_t integer(int column) const;
    bool is_null(int column) const;
    std::string_view text(int column) const;  // valid until the next step or reset
    std::string_view blob(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };
    Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int next_ = 1;
};

// Resets a statement however the scope ends, so that no read lock is left behind.
class Use {
  public:
    explicit Use(Statement& statement) : statement_(statement) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { statement_.reset(); }
    Statement* operator->() { return &statement_; }

  private:
    Statement& statement_;
};

// Rolls back unless committed.
class Transaction {
  public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

}  // namespace plumb::store
