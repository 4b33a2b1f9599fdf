// Windows as JSON lines, or other lines, to a file or standard output.
//
// Nothing here waits for a reader: what a pipe or a full disk does not take now stays in a bounded buffer and
// goes out before the next line, so that lines stay whole and in order. When the buffer is full, new lines
// are dropped.
#pragma once

#include "base/result.hpp"
#include "model/window.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

namespace plumb::agent {

class Output {
  public:
    static constexpr std::size_t kMostPending = 8 << 20;  // bytes; one window is at most half of it

    // "" writes nowhere, "-" to standard output, else appends to the file.
    static Result<Output> open(const std::string& path);

    // False: it was not written yet, or never will be; trouble() says why.
    bool write(const Window& window);
    bool write_lines(std::string lines);  // whole ones
    // Writes what waits, for at most `patience`. False: something still waits.
    bool flush(std::chrono::milliseconds patience);
    bool lost() const { return lost_; }  // some line will never be there
    const std::string& trouble() const { return trouble_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const {
            if (file != stdout) std::fclose(file);
        }
    };
    bool write_some(std::size_t& written);

    std::unique_ptr<std::FILE, Close> file_;
    std::size_t chunk_ = 0;  // bytes that a ready descriptor takes without making us wait
    std::string pending_;
    std::string trouble_;
    bool lost_ = false;
};

}  // namespace plumb::agent
