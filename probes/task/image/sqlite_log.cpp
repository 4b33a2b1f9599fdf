#include "probes/task/image/sqlite_log.hpp"

#include "probes/task/image/big_endian.hpp"

#include <string>

namespace plumb::task::image {
namespace {

constexpr std::uint64_t kMostLog = std::uint64_t{64} << 20U;
constexpr std::size_t kHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // its last bit: checksums over big-endian words
constexpr std::uint32_t kVersion = 3007000;

class Checksum {
  public:
    explicit Checksum(bool big) : big_(big) {}

    // REQUIRES: a multiple of eight bytes.
    void add(std::string_view bytes) {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first_ += word(bytes, at) + second_;
            second_ += word(bytes, at + 4) + first_;
        }
    }
    bool is_at(std::string_view bytes, std::size_t at) const {
        return big_endian_32(bytes, at) == first_ && big_endian_32(bytes, at + 4) == second_;
    }

  private:
    std::uint32_t word(std::string_view bytes, std::size_t at) const {
        const auto value = big_endian_32(bytes, at);
        return big_ ? value : __builtin_bswap32(value);
    }

    bool big_;
    std::uint32_t first_ = 0;
    std::uint32_t second_ = 0;
};

}  // namespace

std::optional<SqliteLog> read_sqlite_log(const ByteSource& log, std::uint32_t page_size) {
    SqliteLog out;
    if (log.size() < kHeader) return out;
    if (log.size() > kMostLog) return std::nullopt;
    std::string header(kHeader, '\0');
    if (!log.read_at(0, header)) return std::nullopt;
    const auto magic = big_endian_32(header, 0);
    Checksum sum((magic & 1U) != 0);
    sum.add(std::string_view(header).substr(0, 24));
    const bool good = (magic & ~1U) == kMagic && big_endian_32(header, 4) == kVersion &&
                      big_endian_32(header, 8) == page_size && sum.is_at(header, 24);
    if (!good) return out;
    const auto salts = big_endian(header, 16, 8);

    SqliteLog under_way;  // of a transaction that may never end
    std::string frame(kFrameHeader + page_size, '\0');
    for (std::uint64_t at = kHeader; at + frame.size() <= log.size(); at += frame.size()) {
        if (!log.read_at(at, frame)) return std::nullopt;
        const std::string_view bytes = frame;
        sum.add(bytes.substr(0, 8));
        sum.add(bytes.substr(kFrameHeader));
        const auto page = big_endian_32(bytes, 0);
        if (big_endian(bytes, 8, 8) != salts || page == 0 || !sum.is_at(bytes, 16)) break;
        under_way.pages.insert_or_assign(page, at + kFrameHeader);
        const auto count = big_endian_32(bytes, 4);
        if (count == 0) continue;
        for (const auto& [number, where] : under_way.pages)
            out.pages.insert_or_assign(number, where);
        out.page_count = count;
        under_way.pages.clear();
    }
    return out;
}

}  // namespace plumb::task::image
