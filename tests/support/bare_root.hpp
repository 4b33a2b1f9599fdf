// A root file system with one program in it, the libraries that the program names, and nothing else: no
// shell, no /etc, no /tmp. As in an image made `FROM scratch`.
#pragma once

#include "tests/support/temp_dir.hpp"

#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace plumb::test {

struct BareRun {
    std::vector<std::string> arguments;    // of the program
    std::vector<std::string> environment;  // NAME=VALUE, all there is
    bool terminal = false;                 // standard output and error are one
    unsigned short columns = 80;           // of the terminal
    std::optional<rlim_t> descriptors;     // limit of open files; the test's own without one
};

struct BareResult {
    int exit_code = -1;  // 128 + signal; 127: the place could not be made
    std::string output;  // with a terminal also what went to standard error
};

// Needs root and mount namespaces.
class BareRoot {
  public:
    explicit BareRoot(const std::string& program);
    void write(const std::string& name, const std::string& content) const { root_.write(name, content); }
    // Runs it there: the root is read-only, the user is nobody, every capability is dropped, nothing can be
    // regained (no_new_privs), and there is a /proc of its own process namespace. The network is that of the
    // calling thread.
    BareResult run(const BareRun& what) const;
    // Whether this machine lets us.
    static bool possible();

  private:
    TempDir root_;
};

}  // namespace plumb::test
