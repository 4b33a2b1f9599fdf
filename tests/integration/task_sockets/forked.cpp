#include "tests/integration/task_sockets/forked.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace plumb::test {
namespace {

[[noreturn]] void be_the_app(int answer_to, const std::function<std::uint16_t(ForkedApp::Held&)>& work,
                             const std::function<void(ForkedApp::Held&)>& each) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    ForkedApp::Held held;
    try {
        const std::uint16_t answer = work(held);
        if (write(answer_to, &answer, sizeof answer) != sizeof answer) _exit(1);
        close(answer_to);
        for (;;)
            each(held);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the app: %s\n", error.what());
    }
    _exit(1);
}

int status_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) != child) {
        if (errno != EINTR) throw std::system_error(errno, std::system_category(), "waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Descriptor connected(int family, const sockaddr* address, socklen_t size) {
    Descriptor made(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!made.valid() || connect(made.get(), address, size) != 0)
        throw std::system_error(errno, std::system_category(), "connect");
    return made;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

ForkedApp::ForkedApp(const std::function<std::uint16_t(Held&)>& work)
    : ForkedApp(work, [](Held&) { pause(); }) {}

ForkedApp::ForkedApp(const std::function<std::uint16_t(Held&)>& work,
                     const std::function<void(Held&)>& each) {
    int ends[2];
    if (pipe(ends) != 0) throw std::system_error(errno, std::system_category(), "pipe");
    const Descriptor answers(ends[0]);
    Descriptor answer_to(ends[1]);
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (pid_ == 0) be_the_app(answer_to.get(), work, each);
    answer_to.reset();
    if (read(answers.get(), &answer_, sizeof answer_) != sizeof answer_) {
        status_of(pid_);
        throw std::runtime_error("the app has ended");
    }
}

ForkedApp::~ForkedApp() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

int in_child(const std::function<int()>& work) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (child > 0) return status_of(child);
    int code = 255;
    try {
        code = work();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "in a child: %s\n", error.what());
    }
    std::fflush(nullptr);
    _exit(code);
}

Descriptor connect_v4(std::uint16_t port) {
    const auto address = loopback(port);
    return connected(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Descriptor connect_mapped(std::uint16_t port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
    return connected(AF_INET6, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Descriptor start_connecting(std::uint16_t port) {
    Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = loopback(port);
    if (connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno != EINPROGRESS)
        throw std::system_error(errno, std::system_category(), "connect is not under way");
    return made;
}

}  // namespace plumb::test
