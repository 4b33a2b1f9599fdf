#include "tests/link/namespaces.hpp"

#include "tests/link/tun_device.hpp"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace plumb::link {
namespace {

test::Descriptor present_namespace() {
    test::Descriptor present(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!present.valid()) throw std::system_error(errno, std::system_category(), "/proc/thread-self/ns/net");
    return present;
}

Error refused(const char* what) {
    return Error{std::string(what) + ": " + std::strerror(errno)};
}

bool write_file(const char* path, const std::string& text) {
    std::ofstream out(path);
    out << text << std::flush;
    return out.good();
}

// Without this the new user namespace knows us by no name, and files we make would be nobody's.
Result<void> become_root_inside(uid_t user, gid_t group) {
    const bool mapped = write_file("/proc/self/setgroups", "deny") &&
                        write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") &&
                        write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    if (!mapped) return refused("mapping the user into a namespace of its own");
    return {};
}

}  // namespace

Result<void> enter_own_network() {
    const auto user = ::geteuid();
    const auto group = ::getegid();
    if (user != 0) {
        if (::unshare(CLONE_NEWUSER) != 0) return refused("a user namespace");
        if (auto mapped = become_root_inside(user, group); !mapped) return mapped;
    }
    if (::unshare(CLONE_NEWNET) != 0) return refused("a network namespace");
    const test::Descriptor tun(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    if (!tun.valid()) return refused("/dev/net/tun");
    bring_up_loopback();
    return {};
}

Namespace::Namespace() {
    const auto home = present_namespace();
    if (::unshare(CLONE_NEWNET) != 0) throw std::system_error(errno, std::system_category(), "unshare");
    descriptor_ = present_namespace();
    bring_up_loopback();
    if (::setns(home.get(), CLONE_NEWNET) != 0)
        throw std::system_error(errno, std::system_category(), "setns");
}

Inside::Inside(const Namespace& where) : home_(present_namespace()) {
    if (::setns(where.descriptor(), CLONE_NEWNET) != 0) {
        throw std::system_error(errno, std::system_category(), "setns");
    }
}

// Going on in the wrong namespace would mix up whose packets are whose.
Inside::~Inside() {
    if (::setns(home_.get(), CLONE_NEWNET) != 0) std::terminate();
}

}  // namespace plumb::link
