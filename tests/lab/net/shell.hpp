// The system's own tools, where they are simplest. A tool that fails is broken infrastructure: an exception
// with its words.
#pragma once

#include <string>
#include <vector>

namespace plumb::lab {

std::string must_run(const std::vector<std::string>& command);  // its output
// In the network namespace of the calling thread.
void ip_batch(const std::vector<std::string>& lines);  // ip(8), one command a line
std::string nft(const std::string& commands);          // nft(8); its output

}  // namespace plumb::lab
