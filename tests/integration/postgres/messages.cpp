#include "tests/integration/postgres/messages.hpp"

#include <cstdint>

namespace plumb::test::wire {

using namespace std::string_literals;

std::string message(char type, const std::string& body) {
    const auto size = static_cast<std::uint32_t>(body.size() + 4);
    std::string out(1, type);
    for (const int shift : {24, 16, 8, 0})
        out += static_cast<char>(size >> shift & 0xffU);
    return out + body;
}

std::string logged_in() {
    return message('R', "\0\0\0\0"s) + message('S', "server_version\00015.1\0"s) + message('Z', "I");
}

std::string one() {
    return message('C', "SET\0"s) + message('T', "\0\1one\0"s + std::string(18, '\0')) +
           message('D', "\0\1\0\0\0\1"s + "1") + message('C', "SELECT 1\0"s) + message('Z', "I");
}

}  // namespace plumb::test::wire
