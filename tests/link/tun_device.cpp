#include "tests/link/tun_device.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>

namespace plumb::link {
namespace {

// A burst of a thousand connections fits without being dropped.
constexpr int kQueuedPackets = 20'000;

void call(int descriptor, unsigned long request, ifreq& argument, const char* what) {
    if (::ioctl(descriptor, request, &argument) != 0)
        throw std::system_error(errno, std::system_category(), what);
}

ifreq request_for(const std::string& name) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

void put_address(ifreq& request, const std::string& text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
        throw std::system_error(EINVAL, std::system_category(), text);
    }
    std::memcpy(&request.ifr_addr, &address, sizeof address);
}

test::Descriptor control_socket() {
    test::Descriptor control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!control.valid()) throw std::system_error(errno, std::system_category(), "socket");
    return control;
}

void bring_up(int control, const std::string& name) {
    auto request = request_for(name);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    call(control, SIOCSIFFLAGS, request, "bringing an interface up");
}

}  // namespace

TunDevice::TunDevice(const std::string& name, const std::string& address)
    : device_(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
    if (!device_.valid()) throw std::system_error(errno, std::system_category(), "/dev/net/tun");
    auto made = request_for(name);
    made.ifr_flags = IFF_TUN | IFF_NO_PI;
    call(device_.get(), TUNSETIFF, made, "TUNSETIFF");

    const auto control = control_socket();
    auto own = request_for(name);
    put_address(own, address);
    call(control.get(), SIOCSIFADDR, own, "an interface's address");
    auto mask = request_for(name);
    put_address(mask, "255.255.255.0");
    call(control.get(), SIOCSIFNETMASK, mask, "an interface's network");
    auto queue = request_for(name);
    queue.ifr_qlen = kQueuedPackets;
    call(control.get(), SIOCSIFTXQLEN, queue, "an interface's queue");
    bring_up(control.get(), name);
}

void bring_up_loopback() {
    bring_up(control_socket().get(), "lo");
}

}  // namespace plumb::link
