#include "tests/integration/peers/server_process.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::test {

namespace {

// The child's side: nothing but async-signal-safe calls between fork and exec.
[[noreturn]] void become(const std::vector<char*>& arguments, int output) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

pid_t spawn(const std::vector<std::string>& command, int output) {
    std::vector<std::string> copies = command;
    std::vector<char*> arguments;
    for (std::string& word : copies)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) become(arguments, output);
    if (pid < 0) throw std::runtime_error("fork failed");
    return pid;
}

std::uint16_t free_port() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = bind(listener, generic, size) == 0 && getsockname(listener, generic, &size) == 0;
    close(listener);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

}  // namespace

ScratchFolder::ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumb-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(std::string_view name, std::string_view text) const {
    std::ofstream file(path(name), std::ios::binary);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path(name));
    return path(name);
}

ServerProcess::ServerProcess(const std::vector<std::string>& command, std::string_view ready) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    log_ = ends[0];
    pid_ = spawn(command, ends[1]);
    close(ends[1]);
    if (await(ready)) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(log_);
    throw std::runtime_error(command.front() + " ended before it was ready: " + seen_);
}

ServerProcess::~ServerProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(log_);
}

bool ServerProcess::await(std::string_view ready) {
    std::array<char, 4096> buffer{};
    while (seen_.find(ready) == std::string::npos) {
        const ssize_t count = read(log_, buffer.data(), buffer.size());
        if (count <= 0) return false;
        seen_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
}

void run_command(const std::vector<std::string>& command) {
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const pid_t pid = spawn(command, null);
    close(null);
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(command.front() + " failed");
}

std::unique_ptr<ServerProcess> start_on_free_port(
    std::uint16_t& port, const std::function<std::unique_ptr<ServerProcess>(std::uint16_t)>& start) {
    for (int attempt = 1;; ++attempt) {
        port = free_port();
        try {
            return start(port);
        } catch (const std::runtime_error&) {
            if (attempt == 5) throw;
        }
    }
}

TestCertificates::TestCertificates(const ScratchFolder& folder)
    : ca(folder.path("ca.pem")), certificate(folder.path("server.pem")), key(folder.path("server.key")) {
    const std::string ca_key = folder.path("ca.key");
    const std::string request = folder.path("server.csr");
    const std::string names = folder.write("names", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    run_command({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", ca_key, "-out", ca, "-subj", "/CN=Plumbline test authority", "-days", "2"});
    run_command({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", request, "-subj", "/CN=localhost"});
    run_command({"openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial",
                 "-out", certificate, "-days", "2", "-extfile", names});
}

}  // namespace plumb::test
