#include "probes/postgres/front.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace plumb::postgres {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostBytes = 8192;
constexpr std::size_t kHeader = 5;
constexpr auto kLetIn = "R\0\0\0\x08\0\0\0\0"sv;  // AuthenticationOk

constexpr std::array<std::string_view, 5> kOfClients{"client_encoding", "DateStyle", "TimeZone",
                                                     "standard_conforming_strings", "application_name"};
constexpr std::array<std::string_view, 3> kOfServers{"integer_datetimes", "server_encoding",
                                                     "server_version"};

// The names that ParameterStatus messages give, in order; `messages` begins with one.
std::vector<std::string_view> names_in(std::string_view messages) {
    std::vector<std::string_view> names;
    while (messages.size() > kHeader && messages[0] == 'S') {
        std::size_t length = 0;
        for (std::size_t i = 1; i < kHeader; ++i)
            length = length << 8 | static_cast<unsigned char>(messages[i]);
        if (length < 4 || length + 1 > messages.size()) break;
        const auto body = messages.substr(kHeader, length - 4);
        names.push_back(body.substr(0, body.find('\0')));
        messages.remove_prefix(length + 1);
    }
    return names;
}

}  // namespace

void LoginOrder::see(std::string_view bytes) {
    seen_ += bytes.substr(0, kMostBytes - std::min(kMostBytes, seen_.size()));
}

bool LoginOrder::is_pgbouncer() const {
    const auto let_in = seen_.find(kLetIn);
    if (let_in == std::string::npos) return false;
    const auto names = names_in(std::string_view(seen_).substr(let_in + kLetIn.size()));
    const auto place = [&names](std::string_view name) {
        return std::find(names.begin(), names.end(), name) - names.begin();
    };
    const auto none = static_cast<std::ptrdiff_t>(names.size());
    std::ptrdiff_t last_of_server = -1;
    for (const auto name : kOfServers)
        last_of_server = std::max(last_of_server, place(name));
    return std::all_of(kOfClients.begin(), kOfClients.end(), [&](std::string_view name) {
        return place(name) > last_of_server && place(name) < none;
    });
}

bool is_rds_proxy(std::string_view host) {
    const bool rds = host.ends_with(".rds.amazonaws.com") || host.ends_with(".rds.amazonaws.com.cn");
    const auto dot = host.find('.');
    return rds && dot != std::string_view::npos && host.substr(dot + 1).starts_with("proxy-");
}

}  // namespace plumb::postgres
