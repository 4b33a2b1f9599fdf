#include "probes/task/image/os_release.hpp"

#include "base/text.hpp"
#include "probes/task/image/lines.hpp"

namespace plumb::task::image {
namespace {

constexpr std::size_t kMost = 100;  // bytes of each

std::string_view first_two_parts(std::string_view version) {
    const auto dot = version.find('.');
    if (dot == std::string_view::npos) return version;
    return version.substr(0, version.find('.', dot + 1));
}

}  // namespace

OsRelease parse_os_release(std::string_view text) {
    OsRelease release;
    while (const auto line = take_line(text)) {
        const auto entry = parse_assignment(*line);
        if (!entry) continue;
        if (entry->key == "ID") release.id = sanitize(entry->value, kMost);
        if (entry->key == "VERSION_ID") release.version = sanitize(entry->value, kMost);
        if (entry->key == "PRETTY_NAME") release.pretty_name = sanitize(entry->value, kMost);
    }
    return release;
}

std::string os_text(const OsRelease& release) {
    std::string text = to_lower(release.pretty_name).starts_with("distroless") ? "distroless " : "";
    text += release.id.empty() ? "unknown" : release.id;
    if (!release.version.empty()) text.append(1, ' ').append(first_two_parts(release.version));
    return text;
}

}  // namespace plumb::task::image
