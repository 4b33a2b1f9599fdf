// Opens a path as a process would whose root is `root`: absolute links and ".." stay below it. The links of
// another container's image would else lead into our own.
#pragma once

#include "base/descriptor.hpp"

#include <string>

namespace plumb::task::image {

// The flags of open(2); O_CLOEXEC is added. O_NOFOLLOW with O_PATH opens a link itself. Invalid, with errno,
// where there is no such file, a loop of links, or more than 40 of them.
Descriptor open_below(int root, const std::string& path, int flags);

// The same without openat2(2): kernels before 5.6, as Fargate once had, and filters that do not know it.
Descriptor walk_below(int root, const std::string& path, int flags);

}  // namespace plumb::task::image
