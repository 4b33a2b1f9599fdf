#include "agent/health_names.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plumb::agent {
namespace {

// Of /proc/net/unix, proc_pid_net(5): "Num RefCount Protocol Flags Type St Inode Path".
constexpr std::size_t kFlags = 3;
constexpr std::size_t kType = 4;
constexpr std::size_t kPath = 7;
constexpr std::string_view kListens = "00010000";  // __SO_ACCEPTCON
constexpr std::string_view kStream = "0001";

std::optional<int> pid_of(std::string_view digits) {
    int pid = 0;
    const auto* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, pid);
    if (error != std::errc{} || at != end || pid < 1) return std::nullopt;
    return pid;
}

std::optional<int> listener(std::string_view line, std::string_view prefix) {
    std::string_view fields[kPath + 1];
    std::size_t count = 0;
    for (const auto field : split(line, ' ')) {
        if (field.empty()) continue;
        if (count > kPath) return std::nullopt;  // a name with a space is none of ours
        fields[count++] = field;
    }
    if (count != kPath + 1 || fields[kFlags] != kListens || fields[kType] != kStream) return std::nullopt;
    auto name = fields[kPath];
    if (!name.starts_with('@') || !name.substr(1).starts_with(prefix)) return std::nullopt;
    name.remove_prefix(1 + prefix.size());
    return pid_of(name);
}

}  // namespace

std::string health_prefix(std::string_view pid_namespace) {
    std::string inode;
    for (const char c : pid_namespace) {
        if (c >= '0' && c <= '9') inode += c;
    }
    return "plumb-agent-health/" + (inode.empty() ? "0" : inode) + '/';
}

void add_health_pids(std::string_view lines, std::string_view prefix, bool (*lives)(int pid),
                     std::vector<int>& pids) {
    constexpr std::size_t kMost = 64;
    for (const auto line : split(lines, '\n')) {
        const auto pid = listener(line, prefix);
        if (!pid || pids.size() == kMost) continue;
        if (std::find(pids.begin(), pids.end(), *pid) == pids.end() && lives(*pid)) pids.push_back(*pid);
    }
}

}  // namespace plumb::agent
