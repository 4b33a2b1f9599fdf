#include "probes/task/image/read_kernel.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/task/image/lines.hpp"

#include <charconv>
#include <string_view>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostSetting = 4096;
constexpr std::size_t kMostStatus = std::size_t{64} << 10U;
constexpr std::size_t kMostMounts = std::size_t{4} << 20U;

// "" when it cannot be read.
std::string text_of(const std::string& path, std::size_t limit) {
    auto text = read_regular_file(path, limit);
    return text ? std::move(*text) : std::string();
}

std::string setting(const Places& places, std::string_view file) {
    return single_spaced(trim(text_of(places.proc + "/sys/" + std::string(file), kMostSetting)));
}

std::string process_folder(const Places& places) {
    constexpr std::string_view kRoot = "/root";
    const auto& root = places.root;
    if (root.starts_with(places.proc + '/') && root.ends_with(kRoot)) {
        return root.substr(0, root.size() - kRoot.size());
    }
    return places.proc + "/self";
}

}  // namespace

KernelEvidence read_kernel(const Places& places) {
    KernelEvidence out;
    out.release = setting(places, "kernel/osrelease");
    for (const auto& known : kKernelSettings) {
        if (auto value = setting(places, known.file); !value.empty()) {
            out.settings.emplace_back(&known, std::move(value));
        }
    }
    const auto process = process_folder(places);
    out.rights = parse_status(text_of(process + "/status", kMostStatus));
    out.read_only_root = root_is_read_only(text_of(process + "/mounts", kMostMounts));
    const auto last = setting(places, "kernel/cap_last_cap");
    std::from_chars(last.data(), last.data() + last.size(), out.last_capability);
    return out;
}

std::vector<std::string> host_names(const Places& places) {
    auto name = setting(places, "kernel/hostname");
    if (name.empty()) return {};
    return {std::move(name)};
}

}  // namespace plumb::task::image
