#include "probes/net/throttling.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/run.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

namespace plumb::net {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kLookAgain{1};  // for a limit that was set meanwhile

std::optional<std::uint64_t> counter(std::string_view text, std::string_view name) {
    for (const auto line : split(text, '\n')) {
        if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') continue;
        const auto digits = line.substr(name.size() + 1);
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error == std::errc{} && end == digits.data() + digits.size()) return value;
    }
    return std::nullopt;
}

// "4:cpu,cpuacct:/ecs/task" → the controllers and the path; version 2 has none: "0::/".
bool names_cpu(std::string_view controllers) {
    const auto names = split(controllers, ',');
    return controllers.empty() || std::find(names.begin(), names.end(), "cpu") != names.end();
}

std::string nearest_file(const std::filesystem::path& mount, std::string_view path) {
    std::error_code error;
    for (auto folder = std::filesystem::path(path).relative_path();; folder = folder.parent_path()) {
        auto file = mount / folder / "cpu.stat";
        if (std::filesystem::is_regular_file(file, error)) return file.string();
        if (folder.empty()) return {};
    }
}

}  // namespace

std::optional<CpuStat> parse_cpu_stat(std::string_view text) {
    const auto periods = counter(text, "nr_periods");
    const auto throttled = counter(text, "nr_throttled");
    if (!periods || !throttled) return std::nullopt;
    return CpuStat{*periods, *throttled};
}

std::string find_cpu_stat(std::string_view proc_cgroup, const std::string& root) {
    for (const auto line : split(proc_cgroup, '\n')) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const auto path = line.substr(second + 1);
        if (!names_cpu(controllers) || path.find("..") != std::string_view::npos) continue;
        auto found = nearest_file(std::filesystem::path(root) / controllers, path);
        // Version 1 is often mounted under the one name, whatever is mounted with it.
        if (found.empty() && !controllers.empty())
            found = nearest_file(std::filesystem::path(root) / "cpu", path);
        if (!found.empty()) return found;
    }
    return {};
}

// The open cpu.stat of our cgroup, shared by all runs on one io_context.
class CpuMeter : public asio::execution_context::service {
  public:
    using key_type = CpuMeter;
    static asio::execution_context::id id;

    explicit CpuMeter(asio::execution_context& context) : asio::execution_context::service(context) {
        const auto groups = read_file("/proc/self/cgroup");
        if (!groups) return;
        const auto path = find_cpu_stat(*groups, "/sys/fs/cgroup");
        if (!path.empty()) file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    ~CpuMeter() override {
        if (file_ >= 0) ::close(file_);
    }
    CpuMeter(const CpuMeter&) = delete;
    CpuMeter& operator=(const CpuMeter&) = delete;

    std::uint64_t throttled() {
        if (file_ < 0 || (!limited_ && Clock::now() < look_again_)) return known_;
        std::array<char, 1024> text{};
        const auto size = ::pread(file_, text.data(), text.size(), 0);
        const auto stat = parse_cpu_stat({text.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
        limited_ = stat && stat->periods > 0;
        if (!limited_) look_again_ = Clock::now() + kLookAgain;
        if (stat) known_ = stat->throttled;
        return known_;
    }

  private:
    void shutdown() override {}

    int file_ = -1;
    bool limited_ = false;
    std::uint64_t known_ = 0;
    Clock::time_point look_again_{};
};

asio::execution_context::id CpuMeter::id;

ThrottleWatch::ThrottleWatch(const asio::any_io_executor& executor)
    : meter_(asio::use_service<CpuMeter>(asio::query(executor, asio::execution::context))),
      before_(meter_.throttled()) {}

bool ThrottleWatch::throttled() const {
    return meter_.throttled() > before_;
}

}  // namespace plumb::net
