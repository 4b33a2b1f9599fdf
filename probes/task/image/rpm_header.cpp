#include "probes/task/image/rpm_header.hpp"

#include "probes/task/image/big_endian.hpp"

#include <cstdint>
#include <string>

namespace plumb::task::image {
namespace {

constexpr std::size_t kEntry = 16;  // tag, type, offset, count
constexpr std::uint32_t kMostEntries = 65'536;
constexpr std::size_t kMostText = 200;

enum Tag : std::uint32_t { kName = 1000, kVersion = 1001, kRelease = 1002, kEpoch = 1003, kArch = 1022 };
enum Type : std::uint32_t { kInt32 = 4, kString = 6 };

std::optional<std::string> text_at(std::string_view store, std::uint32_t offset) {
    if (offset >= store.size()) return std::nullopt;
    const auto text = store.substr(offset, kMostText);
    const auto end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(text.substr(0, end));
}

}  // namespace

std::optional<Package> parse_rpm_header(std::string_view header) {
    if (header.size() < 8) return std::nullopt;
    const auto entries = big_endian_32(header, 0);
    const auto index_end = 8 + std::size_t{entries} * kEntry;
    if (entries > kMostEntries || index_end > header.size()) return std::nullopt;
    const auto store = header.substr(index_end, big_endian_32(header, 4));

    Package package;
    std::string release;
    std::string epoch;
    for (std::size_t at = 8; at < index_end; at += kEntry) {
        const auto tag = big_endian_32(header, at);
        const auto type = big_endian_32(header, at + 4);
        const auto offset = big_endian_32(header, at + 8);
        if (tag == kEpoch && type == kInt32) {
            if (store.size() < 4 || offset > store.size() - 4) return std::nullopt;
            epoch = std::to_string(big_endian_32(store, offset)) + ':';
        }
        std::string* const wanted = tag == kName      ? &package.name
                                    : tag == kVersion ? &package.version
                                    : tag == kRelease ? &release
                                    : tag == kArch    ? &package.architecture
                                                      : nullptr;
        if (wanted == nullptr || type != kString) continue;
        auto text = text_at(store, offset);
        if (!text) return std::nullopt;
        *wanted = std::move(*text);
    }
    if (package.name.empty() || package.version.empty()) return std::nullopt;
    package.version = epoch + package.version + '-' + release;
    return package;
}

}  // namespace plumb::task::image
