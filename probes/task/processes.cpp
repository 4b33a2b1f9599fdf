#include "probes/task/processes.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <dirent.h>
#include <memory>

namespace plumb::task {
namespace {

constexpr std::size_t kMaxEntries = 16'384;  // of /proc itself

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::vector<pid_t> list_processes(const std::string& proc, std::size_t most) {
    std::vector<pid_t> out;
    const auto close = [](DIR* folder) { ::closedir(folder); };
    const std::unique_ptr<DIR, decltype(close)> folder(::opendir(proc.c_str()), close);
    if (!folder) return out;
    for (std::size_t entries = 0; entries < kMaxEntries && out.size() < most; ++entries) {
        const auto* entry = ::readdir(folder.get());
        if (entry == nullptr) break;
        if (const auto pid = number_in<pid_t>(entry->d_name)) out.push_back(*pid);
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
    // After the name in parentheses, which may hold spaces and parentheses itself, comes the third field.
    constexpr std::size_t kThird = 3;
    constexpr std::size_t kState = 3 - kThird;
    constexpr std::size_t kFlags = 9 - kThird;
    constexpr std::size_t kStart = 22 - kThird;
    constexpr unsigned kKernelThread = 0x00200000;  // PF_KTHREAD
    const auto name_end = text.rfind(')');
    if (name_end == std::string_view::npos || name_end + 2 > text.size()) return std::nullopt;
    const auto fields = split(text.substr(name_end + 2), ' ');
    if (fields.size() <= kStart) return std::nullopt;
    const auto flags = number_in<unsigned>(fields[kFlags]);
    const auto ticks = number_in<unsigned long long>(fields[kStart]);
    if (!flags || !ticks) return std::nullopt;
    const bool ended = fields[kState] == "Z" || fields[kState] == "X";
    return ProcessStat{!ended && (*flags & kKernelThread) == 0, *ticks};
}

std::optional<ProcessStat> read_process_stat(const std::string& proc, const std::string& process) {
    const auto text = read_file(proc + "/" + process + "/stat", 4096);
    return text ? parse_process_stat(*text) : std::nullopt;
}

}  // namespace plumb::task
