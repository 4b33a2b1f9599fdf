#include "probes/task/image/timezone.hpp"

#include "base/text.hpp"
#include "probes/task/image/digest.hpp"

#include <algorithm>
#include <array>

namespace plumb::task::image {
namespace {

constexpr std::string_view kUtc = "UTC";
constexpr std::size_t kLongestRule = 100;

bool is_utc(std::string_view name) {
    constexpr std::string_view kArea = "Etc/";
    if (name.starts_with(kArea)) name.remove_prefix(kArea.size());
    constexpr std::array<std::string_view, 6> kNames{"UTC", "UCT", "Zulu", "Universal", "UTC0", "<UTC>0"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// "\n" rule "\n" at the end of a file of version 2 and later.
std::string_view footer_of(std::string_view bytes) {
    constexpr std::size_t kVersionAt = 4;
    if (bytes.size() <= kVersionAt || bytes[kVersionAt] < '2' || !bytes.ends_with('\n')) return {};
    bytes.remove_suffix(1);
    const auto start = bytes.rfind('\n');
    if (start == std::string_view::npos) return {};
    const auto rule = bytes.substr(start + 1);
    return rule.size() <= kLongestRule && is_visible_ascii(rule) ? rule : std::string_view{};
}

}  // namespace

std::string zone_of_link(std::string_view target) {
    constexpr std::string_view kFolder = "zoneinfo/";
    const auto at = target.find(kFolder);
    auto name = at == std::string_view::npos ? target : target.substr(at + kFolder.size());
    constexpr std::string_view kPlain = "posix/";  // without leap seconds, as the names without it
    if (name.starts_with(kPlain)) name.remove_prefix(kPlain.size());
    return is_utc(name) ? std::string(kUtc) : sanitize(name, 100);
}

std::string zone_of_file(std::string_view bytes) {
    if (!bytes.starts_with("TZif")) return std::string(kUtc);
    const auto rule = footer_of(bytes);
    if (rule.empty()) return "zone file " + short_digest(bytes);
    return is_utc(rule) ? std::string(kUtc) : std::string(rule);
}

}  // namespace plumb::task::image
