#include "probes/postgres/plain_environment.hpp"

#include <array>
#include <unistd.h>

namespace plumb::postgres {
namespace {

std::array<char, 18> home{"HOME=/nonexistent"};
std::array<char*, 2> nothing_else{home.data(), nullptr};

}  // namespace

PlainEnvironment::PlainEnvironment() : saved_(environ) {
    environ = nothing_else.data();
}

PlainEnvironment::~PlainEnvironment() {
    environ = saved_;
}

}  // namespace plumb::postgres
