// The built plumb-agent on a terminal of its own (pty(7)): what a person sees, and Ctrl-C as a person presses
// it.
#pragma once

#include "tests/integration/agent/agent_program.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace plumb::agent::test {

class PtyProgram {
  public:
    struct Window {
        unsigned short columns = 80;
        unsigned short rows = 40;
    };
    // With exactly these variables and those of the sanitizers.
    PtyProgram(const std::vector<std::string>& words, Window window,
               const std::vector<std::string>& variables = {"TERM=xterm"}) {
        std::vector<std::string> command{agent_path()};
        command.insert(command.end(), words.begin(), words.end());
        std::vector<std::string> environment = variables;
        for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
            if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
        }
        const auto arguments = pointers(command);
        const auto pairs = pointers(environment);
        winsize size{};
        size.ws_col = window.columns;
        size.ws_row = window.rows;
        pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
        if (pid_ < 0) throw std::runtime_error("forkpty");
        if (pid_ == 0) {
            keep_output();
            ::execve(arguments[0], arguments.data(), pairs.data());
            ::_exit(127);
        }
    }
    ~PtyProgram() {
        if (!ended_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(master_);
    }
    PtyProgram(const PtyProgram&) = delete;
    PtyProgram& operator=(const PtyProgram&) = delete;

    // Everything seen so far, once `mark` is in what came after the last call; false after 20 s or at the
    // end.
    bool see(std::string_view mark) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (true) {
            const auto at = seen_.find(mark, looked_);
            if (at != std::string::npos) {
                looked_ = at + mark.size();
                return true;
            }
            if (std::chrono::steady_clock::now() > limit || !read_more()) return false;
        }
    }
    // As a person does with the window's corner.
    void resize(Window window) {
        winsize size{};
        size.ws_col = window.columns;
        size.ws_row = window.rows;
        ::ioctl(master_, TIOCSWINSZ, &size);
    }
    void press_ctrl_c() { (void)!::write(master_, "\x03", 1); }
    // Reads to the end; the exit code.
    int finish() {
        while (read_more()) {
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    const std::string& seen() const { return seen_; }

  private:
    // With ^C a terminal throws away what nobody has read yet, as half a page; people read faster than we do.
    static void keep_output() {
        termios settings{};
        ::tcgetattr(STDIN_FILENO, &settings);
        settings.c_lflag |= NOFLSH;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
    }
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (const auto& text : texts)
            out.push_back(const_cast<char*>(text.c_str()));
        out.push_back(nullptr);
        return out;
    }
    bool read_more() {
        pollfd waiting{master_, POLLIN, 0};
        if (::poll(&waiting, 1, 20'000) <= 0) return false;
        std::array<char, 4096> bytes{};
        const auto count = ::read(master_, bytes.data(), bytes.size());
        if (count <= 0) return false;  // EIO: the program has ended
        seen_.append(bytes.data(), static_cast<std::size_t>(count));
        return true;
    }

    int master_ = -1;
    pid_t pid_ = -1;
    std::string seen_;
    std::size_t looked_ = 0;
    bool ended_ = false;
};

}  // namespace plumb::agent::test
