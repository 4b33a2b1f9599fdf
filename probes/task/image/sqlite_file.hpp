// The rows of a table of a SQLite database (sqlite.org/fileformat.html), read from its pages: as much of the
// format as rpm's database needs, without the library. A file may be damaged or made to harm: each page is
// looked at about once, so a cycle ends the reading, and nothing is believed before it is checked.
#pragma once

#include "probes/task/image/byte_source.hpp"
#include "probes/task/image/sqlite_log.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

// A row's record before its overflow pages are read.
struct SqliteRow {
    std::string head;            // the first bytes of the record
    std::uint64_t size = 0;      // of all
    std::uint32_t overflow = 0;  // page of the rest; 0 when there is none
};

// The value of a column as the record holds it.
struct SqliteColumn {
    std::uint64_t type = 0;  // serial type: 1 to 6 integers, 12 and more blobs and texts
    std::string_view bytes;  // shorter than the type says where the record was cut
};
// At most `most` columns; nullopt for what is no record.
std::optional<std::vector<SqliteColumn>> parse_sqlite_record(std::string_view record, std::size_t most);

class SqliteFile {
  public:
    // REQUIRES: both outlive this; `log` may be null. nullopt for what is no database or is over 512 MiB.
    static std::optional<SqliteFile> open(const ByteSource& file, const ByteSource* log);

    // Calls `see` for each row of the table in order until it says false. False when the table is not there
    // or something is damaged.
    bool each_row(std::string_view table, const std::function<bool(const SqliteRow&)>& see);

    // The first `most` bytes of the record. nullopt when something is damaged.
    std::optional<std::string> record(const SqliteRow& row, std::size_t most);

  private:
    SqliteFile(const ByteSource& file, const ByteSource* log) : file_(file), log_(log) {}

    bool read_header();
    std::optional<std::string> page(std::uint32_t number);
    std::optional<std::uint32_t> root_of(std::string_view table);
    bool walk(std::uint32_t number, unsigned depth, const std::function<bool(const SqliteRow&)>& see);
    std::optional<SqliteRow> row_at(std::string_view page, std::size_t at) const;

    const ByteSource& file_;
    const ByteSource* log_;
    SqliteLog newer_;
    std::uint32_t page_size_ = 0;
    std::uint32_t usable_ = 0;  // of a page; extensions may keep bytes at its end
    std::uint32_t page_count_ = 0;
    std::uint64_t pages_left_ = 0;  // that may still be read
    bool stopped_ = false;          // by `see`
};

}  // namespace plumb::task::image
