#include "probes/postgres/authentication.hpp"

#include <cstddef>

namespace plumb::postgres {
namespace {

constexpr std::size_t kHeader = 9;  // 'R', length, kind of request
constexpr std::size_t kMostLength = 2000;

std::size_t number_at(std::string_view bytes, std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

std::string_view method_of(std::size_t request, std::string_view mechanisms, bool binds) {
    switch (request) {
        case 0:
            return "none";
        case 3:
            return "password";
        case 5:
            return "md5";
        case 7:
            return "gss";
        case 9:
            return "sspi";
        case 10:
            return binds && mechanisms.find("SCRAM-SHA-256-PLUS") != std::string_view::npos
                       ? "scram-sha-256-plus"
                       : "scram-sha-256";
        default:
            return "";
    }
}

}  // namespace

std::string_view authentication_name(std::string_view bytes) {
    if (bytes.size() < kHeader || bytes[0] != 'R') return "";
    switch (number_at(bytes, 5)) {
        case 3:
            return "AuthenticationCleartextPassword";
        case 5:
            return "AuthenticationMD5Password";
        case 7:
            return "AuthenticationGSS";
        case 9:
            return "AuthenticationSSPI";
        case 10:
            return "AuthenticationSASL";
        case 11:
            return "AuthenticationSASLContinue";
        case 12:
            return "AuthenticationSASLFinal";
        default:
            return "";
    }
}

void Authentication::see(std::string_view bytes, bool binds) {
    if (!method_.empty() || bytes.size() < kHeader || bytes[0] != 'R') return;
    const auto length = number_at(bytes, 1);
    if (length < 8 || length > kMostLength) return;
    const auto mechanisms = bytes.substr(0, length + 1).substr(kHeader);
    method_ = method_of(number_at(bytes, 5), mechanisms, binds);
}

}  // namespace plumb::postgres
