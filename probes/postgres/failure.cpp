#include "probes/postgres/failure.hpp"

#include "base/text.hpp"
#include "probes/peer_words.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <boost/system/error_code.hpp>

namespace plumb::postgres {
namespace {

constexpr auto npos = std::string_view::npos;

struct Known {
    std::string_view text;
    Cause cause;
};

constexpr std::array<Known, 12> kSqlStates{{
    {"28P01", Cause::postgres_auth_failed},
    {"28000", Cause::postgres_not_authorized},
    {"3D000", Cause::postgres_no_database},
    {"57P04", Cause::postgres_no_database},  // dropped under the session
    {"53300", Cause::postgres_too_many_connections},
    {"57P03", Cause::postgres_starting_up},
    {"57P01", Cause::postgres_shutting_down},
    {"57P02", Cause::postgres_shutting_down},
    {"25006", Cause::postgres_read_only},
    {"42501", Cause::postgres_insufficient_privilege},
    {"57014", Cause::postgres_statement_timeout},
    {"0A000", Cause::postgres_error},
}};

// PgBouncer and its like give most refusals one code, 08P01, and only the words differ.
constexpr std::array<Known, 9> kPoolerWords{{
    {"no more connections allowed", Cause::postgres_too_many_connections},
    {"too many connections", Cause::postgres_too_many_connections},
    {"query_wait_timeout", Cause::postgres_too_many_connections},
    {"not allowed", Cause::postgres_not_authorized},
    {"no such database", Cause::postgres_no_database},
    {"no such user", Cause::postgres_auth_failed},
    {"auth failed", Cause::postgres_auth_failed},
    {"SASL authentication failed", Cause::postgres_auth_failed},
    {"password authentication failed", Cause::postgres_auth_failed},
}};

// libpq's own words, most telling first.
constexpr std::array<Known, 38> kLibpqWords{{
    {"SCRAM iterations", Cause::peer_too_large},  // hash_limit.cpp
    {"no time to hash", Cause::peer_timeout},     // likewise
    {"cannot allocate memory for input buffer",
     Cause::peer_too_large},  // a message of more than 1 GiB announced
    {"out of memory", Cause::local_memory},
    {"no password supplied", Cause::postgres_auth_failed},
    {"SSPI", Cause::postgres_unsupported_auth},
    {"Kerberos", Cause::postgres_unsupported_auth},
    {"channel binding", Cause::postgres_unsupported_auth},
    {"none of the server's SASL authentication mechanisms", Cause::postgres_unsupported_auth},
    {"authentication method", Cause::postgres_unsupported_auth},
    {"server does not support SSL", Cause::tls_refused},
    {"server sent an error response during SSL exchange", Cause::postgres_error},
    {"received invalid response to SSL negotiation", Cause::peer_garbage},
    {"received unencrypted data after SSL response", Cause::peer_garbage},
    {"expected authentication request", Cause::peer_garbage},
    {"unexpected message from server", Cause::peer_garbage},
    {"unexpected response from server", Cause::peer_garbage},
    {"unexpected asyncStatus", Cause::peer_garbage},
    {"lost synchronization with server", Cause::peer_garbage},
    {"message contents do not agree", Cause::peer_garbage},
    {"malformed SCRAM message", Cause::peer_garbage},
    {"invalid SCRAM response", Cause::peer_garbage},
    {"could not parse", Cause::peer_garbage},
    {"SASL authentication", Cause::peer_garbage},
    {"insufficient data in", Cause::peer_garbage},
    {"extraneous data in", Cause::peer_garbage},
    {"invalid character in authentication", Cause::peer_garbage},
    {"incorrect server signature", Cause::peer_unexpected},
    {"private key file", Cause::local_error},
    {"certificate present, but not private key", Cause::local_error},
    {"could not read certificate file", Cause::local_error},
    {"certificate required", Cause::tls_certificate_required},
    {"wrong version number", Cause::tls_not_tls},
    {"Connection reset", Cause::peer_reset},
    {"Broken pipe", Cause::peer_reset},
    {"server closed the connection unexpectedly", Cause::peer_closed},
    {"EOF detected", Cause::peer_closed},
    {"connection has been closed unexpectedly", Cause::peer_closed},
}};

constexpr std::array<int, 14> kConnectErrors{
    ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ETIMEDOUT,    ECONNRESET, EACCES,
    EPERM,        EMFILE,      ENFILE,       ENOBUFS,       EAFNOSUPPORT, ENOMEM,     EADDRINUSE,
};

template <std::size_t N>
std::optional<Cause> find_words(const std::array<Known, N>& table, std::string_view words) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [words](const Known& each) { return words.find(each.text) != npos; });
    if (found == table.end()) return std::nullopt;
    return found->cause;
}

// "connection to server at "h" (1.2.3.4), port 5432 failed: WORDS" → WORDS, their first line. libpq writes
// the beginning of such a line before it knows of any failure, so of several tries the last one with words
// counts.
std::string_view last_words(std::string_view message) {
    static constexpr std::string_view kPrefix = "connection to server at ";
    static constexpr std::string_view kEnd = " failed: ";
    while (true) {
        const auto at = message.rfind(kPrefix);
        auto words = at == npos ? message : message.substr(at);
        if (const auto end = words.find(kEnd); at != npos && end != npos)
            words.remove_prefix(end + kEnd.size());
        words = trim(words.substr(0, words.find('\n')));
        if (!words.empty() || at == npos) return words;
        message = message.substr(0, at);
    }
}

bool is_sqlstate(std::string_view text) {
    return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
}

struct ServerWords {
    std::string_view sqlstate;
    std::string_view words;
};

// "FATAL:  28P01: password …": severity (in the server's language), two spaces, code, words.
std::optional<ServerWords> parse_server_words(std::string_view line) {
    const auto severity_end = line.find(":  ");
    if (severity_end == npos || severity_end > 64) return std::nullopt;
    const auto rest = line.substr(severity_end + 3);
    if (rest.size() < 5 || !is_sqlstate(rest.substr(0, 5))) return std::nullopt;
    if (rest.size() == 5) return ServerWords{rest, {}};
    if (rest[5] != ':') return std::nullopt;
    return ServerWords{rest.substr(0, 5), trim(rest.substr(6))};
}

}  // namespace

net::Failed server_failure(std::string_view sqlstate, std::string_view words) {
    Cause cause = find_words(kSqlStates, sqlstate).value_or(Cause::postgres_error);
    if (sqlstate == "08P01") cause = find_words(kPoolerWords, words).value_or(Cause::postgres_error);
    // The same code as while starting up, and only the words differ.
    if (sqlstate == "57P03" && words.find("shutting down") != npos) cause = Cause::postgres_shutting_down;
    std::string detail(sqlstate);
    if (!words.empty()) detail += ": " + marked_words(std::string(words));
    return {cause, std::move(detail)};
}

net::Failed error_message_failure(std::string_view bytes) {
    static constexpr std::size_t kHeader = 5;
    auto rest = bytes.substr(std::min<std::size_t>(1, bytes.size()));
    if (rest.empty() || rest[0] != '\0') {  // no length of protocol 3
        const auto words = trim(rest.substr(0, rest.find_first_of(std::string_view("\n\0", 2))));
        return {find_words(kPoolerWords, words).value_or(Cause::postgres_error),
                marked_words(std::string(words))};
    }
    std::string_view code;
    std::string_view words;
    rest = bytes.substr(std::min(kHeader, bytes.size()));
    while (!rest.empty() && rest[0] != '\0') {
        const auto end = std::min(rest.find('\0'), rest.size());
        if (rest[0] == 'C') code = rest.substr(1, end - 1);
        if (rest[0] == 'M') words = rest.substr(1, end - 1);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!is_sqlstate(code)) return {Cause::postgres_error, marked_words(std::string(words))};
    return server_failure(code, words);
}

net::Failed login_failure(std::string_view message) {
    const auto line = last_words(message);
    if (const auto server = parse_server_words(line)) return server_failure(server->sqlstate, server->words);
    if (line.find("no password supplied") != npos) {
        return {Cause::postgres_auth_failed, "the server asks for a password and the target has none"};
    }
    if (line.find("GSSAPI") != npos) {
        return {Cause::postgres_unsupported_auth, "the server asks for GSSAPI (Kerberos)"};
    }
    if (const auto cause = find_words(kLibpqWords, line)) return {*cause, std::string(line)};
    if (line.find("SSL ") != npos) return {Cause::tls_handshake_failure, std::string(line)};
    return {Cause::postgres_error, line.empty() ? "libpq gave no reason" : std::string(line)};
}

net::Failed connect_words_failure(std::string_view message) {
    const auto line = last_words(message);
    for (const int error : kConnectErrors) {
        const boost::system::error_code code(error, boost::system::system_category());
        if (line.find(code.message()) != npos) return net::connect_failure(code);
    }
    return {Cause::tcp_failed, std::string(line)};
}

}  // namespace plumb::postgres
