// The entries of a Berkeley DB hash file (versions 4 and 5; "Berkeley DB Programmer's Reference", hash access
// method), read from its pages: as much of the format as rpm's database needs, without the library. A file
// may be damaged or made to harm: each page is looked at about once, so a cycle ends the reading, and nothing
// is believed before it is checked.
#pragma once

#include "probes/task/image/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task::image {

// An entry before the pages of its value are read.
struct BerkeleyEntry {
    std::string_view key;        // valid while `see` is called
    std::string_view head;       // of the value, likewise; empty when it is on pages of its own
    std::uint64_t size = 0;      // of the value
    std::uint32_t overflow = 0;  // its first page; 0 when it has none
};

class BerkeleyFile {
  public:
    // REQUIRES: the file outlives this. nullopt for what is no hash file of this machine's byte order, is
    // encrypted or has checksums, or is over 512 MiB.
    static std::optional<BerkeleyFile> open(const ByteSource& file);

    // Calls `see` for each entry in the order of the pages until it says false. False when something is
    // damaged.
    bool each_entry(const std::function<bool(const BerkeleyEntry&)>& see);

    // The first `most` bytes of the value. nullopt when something is damaged.
    std::optional<std::string> value(const BerkeleyEntry& entry, std::size_t most);

  private:
    explicit BerkeleyFile(const ByteSource& file) : file_(file) {}

    bool read_meta();
    std::optional<std::string> page(std::uint32_t number, std::size_t bytes);
    std::optional<BerkeleyEntry> entry_at(std::string_view page, std::size_t index) const;
    bool entries_of(std::string_view page, const std::function<bool(const BerkeleyEntry&)>& see);

    const ByteSource& file_;
    std::uint32_t page_size_ = 0;
    std::uint32_t last_page_ = 0;
    std::uint64_t pages_left_ = 0;  // that may still be read
    bool stopped_ = false;          // by `see`
};

}  // namespace plumb::task::image
