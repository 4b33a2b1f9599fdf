// Windows as JSON lines to a file or standard output, each line flushed.
#pragma once

#include "base/result.hpp"
#include "model/window.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace plumb::agent {

class Output {
  public:
    // "" writes nowhere, "-" to standard output, else appends to the file.
    static Result<Output> open(const std::string& path);
    // False: the line could not be written (a full disk, a reader that went away).
    bool write(const Window& window);

  private:
    struct Close {
        void operator()(std::FILE* file) const {
            if (file != stdout) std::fclose(file);
        }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace plumb::agent
