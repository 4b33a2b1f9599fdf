// Whom to log in to and as whom: a postgres URL read as libpq and the other drivers read it.
//
// The app's own URL must work as it is, so options that only a driver or an ORM understands (pool sizes,
// schema, pgbouncer=true) are ignored, never refused; their values print as "***". What the URL leaves out
// comes from the same variables as libpq's: PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, PGSSLROOTCERT,
// PGSSLCERT and PGSSLKEY. Nothing is read from a home directory.
#pragma once

#include "base/result.hpp"
#include "probes/net/tls.hpp"
#include "probes/options.hpp"
#include "probes/url.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace plumb::postgres {

enum class SslMode {
    disable,
    allow,   // plain first; TLS if the server refuses the plain login
    prefer,  // libpq's default: TLS if the server has it
    require,
    verify_ca,
    verify_full,
};

// What the app needs the session to be (target_session_attrs); another is a failure. A session of a primary
// may be read-only all the same (default_transaction_read_only).
enum class NeededRole { any, read_write, read_only, primary, standby };

struct Login {
    std::string host;
    std::uint16_t port = 5432;
    std::string user;
    Secret password;
    std::string database;
    SslMode ssl_mode = SslMode::prefer;
    net::TlsOptions tls;  // verify and verify_name follow from ssl_mode
    Secret key_password;
    std::string channel_binding = "prefer";  // or disable, require
    NeededRole needed_role = NeededRole::any;
    std::optional<double> size_limit;  // bytes that the database may have

    bool may_use_tls() const { return ssl_mode != SslMode::disable; }
    bool tls_first() const { return ssl_mode != SslMode::disable && ssl_mode != SslMode::allow; }
    // What libpq is told: it verifies nothing itself, the probe judges the certificate (handshake_watch.hpp).
    const char* libpq_ssl_mode() const;
};

// The environment's part, so that reading a URL stays a pure function. An absent variable is "".
struct LoginDefaults {
    std::string user;
    Secret password;
    std::string database;
    std::string ssl_mode;
    std::string root_certificate;
    std::string certificate;
    std::string key;
    static LoginDefaults from_environment();
};

// Errors: no host, a socket file, no user, a wrong value of sslmode, channel_binding, target_session_attrs,
// size_limit or port.
Result<Login> read_login(const Url& url, const LoginDefaults& defaults);

// The options that mean something to this probe, for help and for what a printed URL may show.
std::span<const Option> login_options();

}  // namespace plumb::postgres
