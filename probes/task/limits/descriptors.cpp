#include "probes/task/limits/descriptors.hpp"

#include "probes/task/limits/numbers.hpp"
#include "probes/task/processes.hpp"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace plumb::task::limits {

namespace {

constexpr std::size_t kChunk = 32'768;  // bytes of a folder at a time

std::optional<pid_t> own_process(const std::string& proc) {
    std::array<char, 32> name{};
    const auto size = ::readlink((proc + "/self").c_str(), name.data(), name.size());
    if (size <= 0) return std::nullopt;
    const auto pid = parse_number({name.data(), static_cast<std::size_t>(size)});
    if (!pid) return std::nullopt;
    return static_cast<pid_t>(*pid);
}

// Since Linux 6.2 the size of /proc/PID/fd is the number of its entries, and everybody may ask for it. We
// have a descriptor ourselves.
bool has_sizes(const std::string& proc) {
    struct statfs about {};
    struct stat status {};
    return ::statfs(proc.c_str(), &about) == 0 && about.f_type == PROC_SUPER_MAGIC &&
           ::stat((proc + "/self/fd").c_str(), &status) == 0 && status.st_size > 0;
}

std::optional<std::size_t> count_entries(const std::string& path, std::size_t most) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    alignas(dirent64) std::array<char, kChunk> chunk;
    std::size_t count = 0;
    ssize_t got = 0;
    while (count < most && (got = ::getdents64(fd, chunk.data(), chunk.size())) > 0) {
        for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
            const auto* const entry = reinterpret_cast<const dirent64*>(chunk.data() + at);
            if (entry->d_name[0] != '.') ++count;
            at += entry->d_reclen;
        }
    }
    ::close(fd);
    if (got < 0) return std::nullopt;
    return std::min(count, most);
}

// Threads of the kernel and what has ended have no files.
bool has_no_program(const std::string& proc, pid_t pid) {
    const auto stat = read_process_stat(proc, std::to_string(pid));
    return stat && !stat->program;
}

class Survey {
  public:
    explicit Survey(const std::string& proc) : proc_(proc), has_sizes_(has_sizes(proc)) {}

    void add(pid_t pid) {
        const std::string process = proc_ + "/" + std::to_string(pid);
        const auto open = count(process + "/fd");
        if (open == std::size_t{0} || (!open && has_no_program(proc_, pid))) return;
        const auto text = read_small(process + "/limits");
        if (text.empty()) return;  // it has ended meanwhile
        ++result_.processes;
        const auto limit = parse_file_limit(text);
        if (limit) note_limit(*limit);
        if (open)
            note_open(*open, limit ? limit->soft : std::nullopt);
        else
            ++result_.unseen;
    }

    const Descriptors& result() const { return result_; }

  private:
    std::optional<std::size_t> count(const std::string& folder) {
        struct stat status {};
        if (has_sizes_ && ::stat(folder.c_str(), &status) == 0)
            return static_cast<std::size_t>(status.st_size);
        if (left_ == 0) return std::nullopt;
        const auto counted = count_entries(folder, std::min(kMaxDescriptors, left_));
        left_ -= counted.value_or(0);
        return counted;
    }

    void note_limit(const FileLimit& limit) {
        result_.limits_read = true;
        if (!limit.soft) return;
        result_.lowest_limit = std::min(result_.lowest_limit.value_or(*limit.soft), *limit.soft);
    }

    void note_open(std::uint64_t open, std::optional<std::uint64_t> limit) {
        const double share =
            limit && *limit > 0 ? static_cast<double>(open) / static_cast<double>(*limit) : 0;
        if (result_.open && (share < share_ || (share == share_ && open <= *result_.open))) return;
        share_ = share;
        result_.open = open;
        result_.limit = limit;
    }

    std::string proc_;
    bool has_sizes_;
    Descriptors result_;
    double share_ = 0;
    std::size_t left_ = kMaxAllDescriptors;
};

}  // namespace

std::optional<FileLimit> parse_file_limit(std::string_view limits) {
    constexpr std::string_view kName = "Max open files ";
    const auto at = limits.find(kName);
    if (at == std::string_view::npos || (at > 0 && limits[at - 1] != '\n')) return std::nullopt;
    limits.remove_prefix(at + kName.size());
    const auto word = take_word(limits);
    if (word == "unlimited") return FileLimit{};
    const auto soft = parse_number(word);
    if (!soft) return std::nullopt;
    return FileLimit{soft};
}

Descriptors read_descriptors(const std::string& proc) {
    const auto own = own_process(proc);
    Survey others(proc);
    for (const auto pid : list_processes(proc, kMaxProcesses)) {
        if (pid != own) others.add(pid);
    }
    if (others.result().processes > 0 || !own) return others.result();
    Survey ours(proc);
    ours.add(*own);
    return ours.result();
}

}  // namespace plumb::task::limits
