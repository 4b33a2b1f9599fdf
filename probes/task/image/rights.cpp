#include "probes/task/image/rights.hpp"

#include "base/text.hpp"
#include "probes/task/image/lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace plumb::task::image {
namespace {

constexpr std::array<std::string_view, 41> kCapabilities{
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};
constexpr unsigned kHighest = 63;

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> names_of(std::uint64_t set) {
    std::vector<std::string> names;
    for (unsigned i = 0; i <= kHighest; ++i) {
        if ((set >> i & 1U) == 0) continue;
        names.push_back(i < kCapabilities.size() ? std::string(kCapabilities[i])
                                                 : "cap_" + std::to_string(i));
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

Rights parse_status(std::string_view status) {
    Rights out;
    while (const auto line = take_line(status)) {
        const auto parts = words(*line, 5);
        if (parts.size() < 2) continue;
        // real, effective, saved, of the file system
        if (parts[0] == "Uid:" && parts.size() > 2) out.user = number<std::uint32_t>(parts[2]);
        if (parts[0] == "Gid:" && parts.size() > 2) out.group = number<std::uint32_t>(parts[2]);
        if (parts[0] == "CapEff:") out.capabilities = number<std::uint64_t>(parts[1], 16);
        if (parts[0] == "NoNewPrivs:") out.no_new_privileges = parts[1] == "1";
        if (parts[0] == "Seccomp:") out.seccomp = number<unsigned>(parts[1]);
    }
    return out;
}

std::string capabilities_text(std::uint64_t effective, unsigned last) {
    const std::uint64_t known = last >= kHighest ? ~std::uint64_t{0} : (std::uint64_t{1} << (last + 1)) - 1;
    if (effective == 0) return "none";
    if ((effective & known) == known) return "all";
    const auto held = names_of(effective);
    const auto lacking = names_of(known & ~effective);
    return lacking.size() < held.size() ? "all but " + joined(lacking, " ") : joined(held, " ");
}

std::optional<bool> root_is_read_only(std::string_view mounts) {
    std::optional<bool> out;
    while (const auto line = take_line(mounts)) {
        // what, where, type, options
        const auto parts = words(*line, 4);
        if (parts.size() < 4 || parts[1] != "/") continue;
        const auto options = split(parts[3], ',');
        out = std::find(options.begin(), options.end(), "ro") != options.end();
    }
    return out;
}

}  // namespace plumb::task::image
