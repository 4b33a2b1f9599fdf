// probes/task/limits and sockets: what the kernel writes, and what a container's runtime may put in its
// place. The first byte says which.
#include "probes/task/limits/cpu.hpp"
#include "probes/task/limits/descriptors.hpp"
#include "probes/task/limits/disk.hpp"
#include "probes/task/limits/groups.hpp"
#include "probes/task/limits/numbers.hpp"
#include "probes/task/limits/ports.hpp"
#include "probes/task/limits/pressure.hpp"
#include "probes/task/sockets/diag.hpp"
#include "probes/task/sockets/own_sockets.hpp"
#include "probes/task/sockets/proc_net.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using namespace plumb::task;

constexpr std::size_t kMost = 64;

void netlink(std::string_view bytes) {
    std::vector<Socket> sockets;
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    (void)parse_diag_messages({first, bytes.size()}, 0, kMost, sockets);
    fuzz::require(sockets.size() <= kMost, "there are not too many sockets");
}

void lines(std::string_view text) {
    limits::PortCount ports({1, 65'535});
    std::size_t count = 0;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        ++count;
        ports.add_line(line);
        if (parse_proc_socket(line))
            fuzz::require(parse_proc_ends(line).has_value(), "a socket has two ends");
        (void)parse_socket_link(line);
    }
    fuzz::require(ports.busiest() <= count, "a line counts once");
}

void limit_files(std::string_view text) {
    if (const auto share = limits::parse_pressure(text))
        fuzz::require(*share >= 0 && *share <= 1, "a share is one");
    if (const auto cores = limits::parse_cpu_max(text))
        fuzz::require(*cores > 0, "a quota is more than nothing");
    (void)limits::parse_limit(text);
    (void)limits::parse_field(text, "oom_kill");
    (void)limits::parse_file_limit(text);
    (void)limits::parse_sockstat(text, text);
    if (const auto range = limits::parse_port_range(text)) (void)range;
    (void)parse_listen_drops(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    switch (input.byte() % 4) {
        case 0:
            netlink(input.rest());
            break;
        case 1:
            lines(input.rest());
            break;
        case 2:
            limit_files(input.rest());
            break;
        default:
            (void)limits::parse_memberships(input.rest());
            fuzz::require(limits::disks_of(limits::parse_mounts(input.rest())).size() <= limits::kMaxDisks,
                          "there are not too many disks");
    }
    return 0;
}
