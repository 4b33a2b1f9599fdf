// Words on standard input while it lives, as of somebody at the keyboard: for tests in which nobody may be
// asked.
#pragma once

#include <array>
#include <string>
#include <unistd.h>

namespace plumb::test {

class TypedInput {
  public:
    explicit TypedInput(const std::string& words) : saved_(dup(STDIN_FILENO)) {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0 || write(ends[1], words.data(), words.size()) < 0) return;
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
    }
    ~TypedInput() {
        dup2(saved_, STDIN_FILENO);
        close(saved_);
    }
    TypedInput(const TypedInput&) = delete;
    TypedInput& operator=(const TypedInput&) = delete;

  private:
    int saved_;
};

}  // namespace plumb::test
