#include "agent/run/output.hpp"

#include "base/text.hpp"
#include "model/window_json.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

// A pipe that poll() calls ready takes PIPE_BUF bytes at once (pipe(7)); a file takes any number.
std::size_t chunk_of(int descriptor) {
    struct stat info {};
    const bool regular = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
    return regular ? std::numeric_limits<std::size_t>::max() : PIPE_BUF;
}

bool ready(int descriptor, std::chrono::milliseconds patience) {
    pollfd wanted{descriptor, POLLOUT, 0};
    return ::poll(&wanted, 1, static_cast<int>(patience.count())) == 1;
}

}  // namespace

Result<Output> Output::open(const std::string& path) {
    Output output;
    if (path.empty()) return output;
    output.file_.reset(path == "-" ? stdout : std::fopen(path.c_str(), "ae"));
    if (!output.file_) {
        return Error{fmt::format("--output {}: {}; give a file that can be written, or - for standard output",
                                 show_words(path), std::generic_category().message(errno))};
    }
    output.chunk_ = chunk_of(::fileno(output.file_.get()));
    return output;
}

bool Output::write(const Window& window) {
    return !file_ || write_lines(to_json_line(window) + "\n");
}

bool Output::write_lines(std::string lines) {
    if (!file_) return true;
    const bool fits = pending_.size() + lines.size() <= kMostPending;
    if (fits) pending_ += lines;
    lost_ = lost_ || !fits;
    return flush(std::chrono::milliseconds(0)) && fits;
}

bool Output::flush(std::chrono::milliseconds patience) {
    if (pending_.empty()) return true;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::size_t written = 0;
    bool taken = true;
    while (taken && written < pending_.size()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (ready(::fileno(file_.get()), std::max(left, std::chrono::milliseconds(0)))) {
            taken = write_some(written);
        } else {
            trouble_ = "nobody reads it";
            taken = false;
        }
    }
    pending_.erase(0, written);
    return taken;
}

bool Output::write_some(std::size_t& written) {
    const auto size = std::min(pending_.size() - written, chunk_);
    const auto taken = ::write(::fileno(file_.get()), pending_.data() + written, size);
    if (taken >= 0) {
        written += static_cast<std::size_t>(taken);
        return true;
    }
    if (errno == EINTR) return true;
    trouble_ = std::generic_category().message(errno);
    if (errno == EPIPE) {  // the reader is gone for good
        written = pending_.size();
        lost_ = true;
    }
    return false;
}

}  // namespace plumb::agent
