// The write-ahead log of a SQLite database (sqlite.org/walformat.html): pages that are newer than the file's.
// rpm leaves its log beside the database, with content that a clean end has already copied.
#pragma once

#include "probes/task/image/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace plumb::task::image {

struct SqliteLog {
    std::unordered_map<std::uint32_t, std::uint64_t> pages;  // number → where its bytes are in the log
    std::uint32_t page_count = 0;                            // of the database, after the last transaction
};

// The whole transactions of the log: frames with its salts and good checksums, up to the last that commits. A
// log that does not begin as one holds none, as SQLite sees it. nullopt when it is over 64 MiB or unreadable.
std::optional<SqliteLog> read_sqlite_log(const ByteSource& log, std::uint32_t page_size);

}  // namespace plumb::task::image
