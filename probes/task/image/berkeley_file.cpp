#include "probes/task/image/berkeley_file.hpp"

#include <algorithm>

namespace plumb::task::image {
namespace {

constexpr std::uint64_t kMostFile = std::uint64_t{512} << 20U;
constexpr std::uint64_t kMostPagesRead = 1'200'000;  // of 512 bytes each, twice over
constexpr std::size_t kMeta = 72;                    // what all kinds of files begin with
constexpr std::size_t kPageHeader = 26;
constexpr std::uint32_t kHashMagic = 0x00061561;
constexpr std::uint32_t kOldestVersion = 7;  // 3.1; the pages are the same since
constexpr std::uint32_t kNewestVersion = 9;  // 4.0 to 5.3

enum PageType : unsigned char { kUnsortedHash = 2, kOverflow = 7, kHashMeta = 8, kHash = 13 };
enum ItemType : unsigned char { kInline = 1, kOffPage = 3 };

// The writer's own byte order, which is that of every machine the agent is built for.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width = 4) {
    std::uint32_t value = 0;
    for (std::size_t i = width; i > 0; --i)
        value = value << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
    return value;
}

unsigned char byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

PageType type_of(std::string_view page) {
    return static_cast<PageType>(byte_at(page, 25));
}

}  // namespace

std::optional<BerkeleyFile> BerkeleyFile::open(const ByteSource& file) {
    BerkeleyFile out(file);
    if (!out.read_meta()) return std::nullopt;
    return out;
}

bool BerkeleyFile::read_meta() {
    std::string meta(kMeta, '\0');
    if (file_.size() > kMostFile || !file_.read_at(0, meta)) return false;
    const auto version = number_at(meta, 16);
    const bool plain = byte_at(meta, 24) == 0 && byte_at(meta, 26) == 0;  // no cipher, checksums or parts
    if (number_at(meta, 12) != kHashMagic || type_of(meta) != kHashMeta || !plain) return false;
    if (version < kOldestVersion || version > kNewestVersion) return false;
    page_size_ = number_at(meta, 20);
    const bool power_of_two = (page_size_ & (page_size_ - 1)) == 0;
    if (!power_of_two || page_size_ < 512 || page_size_ > 65536) return false;
    last_page_ = number_at(meta, 32);
    if ((std::uint64_t{last_page_} + 1) * page_size_ > file_.size()) return false;
    // The header of each page, and a value may be read twice: a part, and then the whole.
    pages_left_ = std::min(kMostPagesRead, std::uint64_t{last_page_} * 4 + 16);
    return true;
}

std::optional<std::string> BerkeleyFile::page(std::uint32_t number, std::size_t bytes) {
    if (number == 0 || number > last_page_ || pages_left_ == 0) return std::nullopt;
    --pages_left_;
    std::string out(bytes, '\0');
    if (!file_.read_at(std::uint64_t{number} * page_size_, out)) return std::nullopt;
    return out;
}

// Keys and values take turns. Items lie from the page's end towards its beginning, each where the one before
// it begins.
std::optional<BerkeleyEntry> BerkeleyFile::entry_at(std::string_view page, std::size_t index) const {
    const std::size_t items = number_at(page, 20, 2);
    const auto item = [&](std::size_t i) -> std::string_view {
        const std::size_t begin = number_at(page, kPageHeader + 2 * i, 2);
        const std::size_t end = i == 0 ? page_size_ : number_at(page, kPageHeader + 2 * (i - 1), 2);
        if (begin < kPageHeader + 2 * items || begin >= end || end > page.size()) return {};
        return page.substr(begin, end - begin);
    };
    const auto key = item(index);
    const auto value = item(index + 1);
    if (key.empty() || value.empty() || byte_at(key, 0) != kInline) return std::nullopt;
    if (byte_at(value, 0) == kInline)
        return BerkeleyEntry{key.substr(1), value.substr(1), value.size() - 1, 0};
    if (byte_at(value, 0) != kOffPage || value.size() < 12) return std::nullopt;
    return BerkeleyEntry{key.substr(1), {}, number_at(value, 8), number_at(value, 4)};
}

bool BerkeleyFile::entries_of(std::string_view page, const std::function<bool(const BerkeleyEntry&)>& see) {
    const std::size_t items = number_at(page, 20, 2);
    if (items % 2 != 0 || kPageHeader + 2 * items > page.size()) return false;
    for (std::size_t index = 0; index < items && !stopped_; index += 2) {
        const auto entry = entry_at(page, index);
        if (!entry) return false;
        stopped_ = !see(*entry);
    }
    return true;
}

bool BerkeleyFile::each_entry(const std::function<bool(const BerkeleyEntry&)>& see) {
    stopped_ = false;
    for (std::uint32_t number = 1; number <= last_page_ && !stopped_; ++number) {
        // Most pages hold the values and are met from their entries.
        const auto header = page(number, kPageHeader);
        if (!header) return false;
        if (type_of(*header) != kHash && type_of(*header) != kUnsortedHash) continue;
        const auto whole = page(number, page_size_);
        if (!whole || !entries_of(*whole, see)) return false;
    }
    return true;
}

std::optional<std::string> BerkeleyFile::value(const BerkeleyEntry& entry, std::size_t most) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(entry.size, most));
    std::string out(entry.head.substr(0, wanted));
    for (auto next = entry.overflow; out.size() < wanted;) {
        const auto bytes = page(next, page_size_);
        if (!bytes || type_of(*bytes) != kOverflow) return std::nullopt;
        const std::size_t here = number_at(*bytes, 22, 2);
        if (here == 0 || kPageHeader + here > bytes->size()) return std::nullopt;
        next = number_at(*bytes, 16);
        out.append(*bytes, kPageHeader, std::min(here, wanted - out.size()));
    }
    return out;
}

}  // namespace plumb::task::image
