// The whole program plumb-agent but for main(): one command line in, one exit code out.
#pragma once

namespace plumb::agent {

int run_program(int argc, const char* const* argv);

}  // namespace plumb::agent
