#include "tests/integration/controller/controller_process.hpp"

#include "tests/support/sockets.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace plumb::test {
namespace {

std::string after(const std::string& text, const std::string& mark) {
    const auto at = text.find(mark);
    if (at == std::string::npos) return {};
    const auto begin = at + mark.size();
    return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

}  // namespace

std::string program_of_this_build(const std::string& name) {
    const char* tree = std::getenv("PLUMB_BUILD_DIR");
    if (tree == nullptr) throw std::runtime_error("PLUMB_BUILD_DIR is not set; run this through ctest");
    return std::string(tree) + "/" + name;
}

ControllerProcess::ControllerProcess(const TempDir& folder, std::vector<std::string> more)
    : log_(folder.file("controller.log")) {
    ChildSpec spec;
    spec.command = {program_of_this_build("plumb-controller"),
                    "serve",
                    "--listen",
                    "127.0.0.1:0",
                    "--http",
                    "127.0.0.1:0",
                    "--store",
                    "sqlite:" + folder.file("plumb.db")};
    spec.command.insert(spec.command.end(), more.begin(), more.end());
    spec.output_file = log_;
    ::unlink(log_.c_str());
    process_ = std::make_unique<ChildProcess>(spec);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (output().find("listening grpc=") == std::string::npos || output().back() != '\n') {
        if (!process_->running() || std::chrono::steady_clock::now() > limit) {
            throw std::runtime_error("plumb-controller did not come up: " + output());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    grpc_ = after(output(), "grpc=");
    http_ = after(output(), "http=");
}

std::string ControllerProcess::output() const {
    return read_whole(log_);
}

Finished plumbctl(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    std::vector<std::string> command{program_of_this_build("plumbctl")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, environment);
}

Finished plumb_controller(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{program_of_this_build("plumb-controller")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command);
}

std::string http_get(const std::string& address, const std::string& path) {
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    const Descriptor socket = tcp_socket();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        throw std::runtime_error("nobody listens on " + address);
    }
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    if (send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
        throw std::runtime_error("send failed");
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    return answer;
}

}  // namespace plumb::test
