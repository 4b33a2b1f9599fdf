#include "probes/task/sockets/own_sockets.hpp"

#include <array>
#include <charconv>
#include <dirent.h>
#include <unistd.h>

namespace plumb::task {
namespace {

constexpr int kMaxDescriptors = 4096;

}  // namespace

std::optional<std::uint64_t> parse_socket_link(std::string_view link) {
    constexpr std::string_view kHead = "socket:[";
    if (!link.starts_with(kHead) || !link.ends_with(']')) return std::nullopt;
    const auto digits = link.substr(kHead.size(), link.size() - kHead.size() - 1);
    std::uint64_t inode = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), inode);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return inode;
}

void add_sockets_of(const std::string& proc, pid_t process, std::vector<std::uint64_t>& inodes) {
    const std::string folder = proc + "/" + std::to_string(process) + "/fd";
    DIR* descriptors = ::opendir(folder.c_str());
    if (descriptors == nullptr) return;
    for (int seen = 0; seen < kMaxDescriptors; ++seen) {
        const dirent* entry = ::readdir(descriptors);
        if (entry == nullptr) break;
        std::array<char, 64> link{};
        const ssize_t size = ::readlinkat(::dirfd(descriptors), entry->d_name, link.data(), link.size());
        if (size <= 0) continue;
        if (const auto inode = parse_socket_link({link.data(), static_cast<std::size_t>(size)}))
            inodes.push_back(*inode);
    }
    ::closedir(descriptors);
}

}  // namespace plumb::task
