#include "probes/task/image/sqlite_file.hpp"

#include "probes/task/image/big_endian.hpp"

#include <algorithm>

namespace plumb::task::image {
namespace {

constexpr std::uint64_t kMostFile = std::uint64_t{512} << 20U;
constexpr std::uint64_t kMostPagesRead = 300'000;
constexpr std::size_t kFileHeader = 100;
constexpr unsigned kDeepest = 20;  // a table of four billion rows has fewer levels
constexpr std::size_t kMostSchema = std::size_t{64} << 10U;
constexpr char kInteriorTable = 0x05;
constexpr char kLeafTable = 0x0d;

struct Varint {
    std::uint64_t value = 0;
    std::size_t length = 0;  // 0: it goes on behind the bytes
};

// Seven bits a byte, the ninth has eight.
Varint varint_at(std::string_view bytes, std::size_t at) {
    Varint out;
    for (std::size_t i = 0; i < 9 && at + i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[at + i]);
        if (i == 8) return {(out.value << 8U) | byte, 9};
        out.value = (out.value << 7U) | (byte & 0x7FU);
        if ((byte & 0x80U) == 0) return {out.value, i + 1};
    }
    return {};
}

std::uint64_t size_of_type(std::uint64_t type) {
    constexpr std::uint64_t kIntegers[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? kIntegers[type] : (type - 12) / 2;
}

}  // namespace

std::optional<std::vector<SqliteColumn>> parse_sqlite_record(std::string_view record, std::size_t most) {
    const auto header = varint_at(record, 0);
    if (header.length == 0 || header.value < header.length || header.value > record.size())
        return std::nullopt;
    const auto types = record.substr(0, static_cast<std::size_t>(header.value));
    auto values = record.substr(types.size());
    std::vector<SqliteColumn> columns;
    for (std::size_t at = header.length; at < types.size() && columns.size() < most;) {
        const auto type = varint_at(types, at);
        if (type.length == 0) return std::nullopt;
        at += type.length;
        const auto size = std::min<std::uint64_t>(size_of_type(type.value), values.size());
        columns.push_back({type.value, values.substr(0, static_cast<std::size_t>(size))});
        values.remove_prefix(static_cast<std::size_t>(size));
    }
    return columns;
}

std::optional<SqliteFile> SqliteFile::open(const ByteSource& file, const ByteSource* log) {
    SqliteFile out(file, log);
    if (!out.read_header()) return std::nullopt;
    return out;
}

bool SqliteFile::read_header() {
    if (file_.size() > kMostFile) return false;
    std::string header(kFileHeader, '\0');
    if (!file_.read_at(0, header) || !header.starts_with(std::string_view("SQLite format 3\0", 16)))
        return false;
    page_size_ = big_endian_16(header, 16);
    if (page_size_ == 1) page_size_ = 65536;
    const bool power_of_two = (page_size_ & (page_size_ - 1)) == 0;
    if (!power_of_two || page_size_ < 512) return false;
    usable_ = page_size_ - static_cast<unsigned char>(header[20]);
    if (usable_ < 480) return false;
    page_count_ = static_cast<std::uint32_t>(file_.size() / page_size_);
    if (log_ != nullptr) {
        auto newer = read_sqlite_log(*log_, page_size_);
        if (!newer) return false;
        newer_ = std::move(*newer);
        if (newer_.page_count != 0) page_count_ = newer_.page_count;
        if (page_count_ > kMostFile / page_size_) return false;
    }
    // A record may be read twice: a part, and then the whole.
    pages_left_ = std::min(kMostPagesRead, std::uint64_t{page_count_} * 3 + 16);
    return true;
}

std::optional<std::string> SqliteFile::page(std::uint32_t number) {
    if (number == 0 || number > page_count_ || pages_left_ == 0) return std::nullopt;
    --pages_left_;
    std::string bytes(page_size_, '\0');
    const auto newer = newer_.pages.find(number);
    const bool read = newer != newer_.pages.end()
                          ? log_->read_at(newer->second, bytes)
                          : file_.read_at(std::uint64_t{number - 1} * page_size_, bytes);
    if (!read) return std::nullopt;
    return bytes;
}

std::optional<SqliteRow> SqliteFile::row_at(std::string_view page, std::size_t at) const {
    const auto size = varint_at(page, at);
    const auto number = varint_at(page, at + size.length);
    if (size.length == 0 || number.length == 0) return std::nullopt;
    at += size.length + number.length;

    // How much stays on the page: "Cell Payload Overflow Pages" of the format.
    const std::uint64_t most = usable_ - 35;
    std::uint64_t here = size.value;
    if (here > most) {
        const std::uint64_t least = (usable_ - 12) * 32 / 255 - 23;
        const auto filling = least + (size.value - least) % (usable_ - 4);
        here = filling <= most ? filling : least;
    }
    const bool overflows = here < size.value;
    if (at + here + (overflows ? 4 : 0) > usable_) return std::nullopt;
    SqliteRow row{std::string(page.substr(at, static_cast<std::size_t>(here))), size.value, 0};
    if (overflows) row.overflow = big_endian_32(page, at + static_cast<std::size_t>(here));
    return row;
}

std::optional<std::string> SqliteFile::record(const SqliteRow& row, std::size_t most) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(row.size, most));
    auto out = row.head.substr(0, wanted);
    for (auto next = row.overflow; out.size() < wanted;) {
        const auto bytes = page(next);
        if (!bytes) return std::nullopt;
        next = big_endian_32(*bytes, 0);
        out.append(*bytes, 4, std::min<std::size_t>(usable_ - 4, wanted - out.size()));
    }
    return out;
}

bool SqliteFile::walk(std::uint32_t number, unsigned depth,
                      const std::function<bool(const SqliteRow&)>& see) {
    const auto bytes = depth < kDeepest ? page(number) : std::nullopt;
    if (!bytes) return false;
    const std::size_t start = number == 1 ? kFileHeader : 0;
    const char kind = (*bytes)[start];
    if (kind != kInteriorTable && kind != kLeafTable) return false;
    const std::size_t cells = big_endian_16(*bytes, start + 3);
    const std::size_t pointers = start + (kind == kLeafTable ? 8 : 12);
    if (pointers + cells * 2 > usable_) return false;
    for (std::size_t i = 0; i < cells && !stopped_; ++i) {
        const std::size_t at = big_endian_16(*bytes, pointers + i * 2);
        if (at < pointers + cells * 2 || at + 4 > usable_) return false;
        if (kind == kInteriorTable) {
            if (!walk(big_endian_32(*bytes, at), depth + 1, see)) return false;
            continue;
        }
        const auto row = row_at(*bytes, at);
        if (!row) return false;
        stopped_ = !see(*row);
    }
    return stopped_ || kind == kLeafTable || walk(big_endian_32(*bytes, start + 8), depth + 1, see);
}

std::optional<std::uint32_t> SqliteFile::root_of(std::string_view table) {
    std::optional<std::uint32_t> root;
    stopped_ = false;
    const bool whole = walk(1, 0, [&](const SqliteRow& row) {
        // type, name, tbl_name, rootpage, sql
        const auto text = record(row, kMostSchema);
        const auto columns = text ? parse_sqlite_record(*text, 4) : std::nullopt;
        if (!columns || columns->size() < 4) return true;
        const auto& number = (*columns)[3];
        const bool wanted = (*columns)[0].bytes == "table" && (*columns)[1].bytes == table &&
                            number.type >= 1 && number.type <= 4;
        if (wanted) root = static_cast<std::uint32_t>(big_endian(number.bytes, 0, number.bytes.size()));
        return !wanted;
    });
    return whole ? root : std::nullopt;
}

bool SqliteFile::each_row(std::string_view table, const std::function<bool(const SqliteRow&)>& see) {
    const auto root = root_of(table);
    stopped_ = false;
    return root && walk(*root, 0, see);
}

}  // namespace plumb::task::image
