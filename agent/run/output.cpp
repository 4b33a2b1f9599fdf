#include "agent/run/output.hpp"

#include "base/text.hpp"
#include "model/window_json.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace plumb::agent {

Result<Output> Output::open(const std::string& path) {
    Output output;
    if (path.empty()) return output;
    output.file_.reset(path == "-" ? stdout : std::fopen(path.c_str(), "ae"));
    if (!output.file_) {
        return Error{fmt::format("--output {}: {}; give a file that can be written, or - for standard output",
                                 sanitize(path), std::generic_category().message(errno))};
    }
    return output;
}

bool Output::write(const Window& window) {
    if (!file_) return true;
    const auto line = to_json_line(window) + "\n";
    const bool whole = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size();
    return std::fflush(file_.get()) == 0 && whole;
}

}  // namespace plumb::agent
