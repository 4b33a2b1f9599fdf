// Whom to log in to and as whom: a postgres URL read as libpq and the other drivers read it.
//
// The app's own URL must work as it is, so options that only a driver or an ORM understands (pool sizes,
// schema, pgbouncer=true) are ignored, never refused; their values print as "***". What the URL leaves out
// comes from the same variables as libpq's: PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE. Nothing is read from a
// home directory.
#pragma once

#include "base/result.hpp"
#include "probes/net/tls.hpp"
#include "probes/options.hpp"
#include "probes/url.hpp"

#include <cstdint>
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

// What the app needs the server to be (target_session_attrs); another role is a failure.
enum class NeededRole { any, primary, standby };

struct Login {
    std::string host;
    std::uint16_t port = 5432;
    std::string user;
    Secret password;
    std::string database;
    SslMode ssl_mode = SslMode::prefer;
    net::TlsOptions tls;  // verify and verify_name follow from ssl_mode
    Secret key_password;
    NeededRole needed_role = NeededRole::any;

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
    static LoginDefaults from_environment();
};

// Errors: no host, a socket file, no user, a wrong value of sslmode, target_session_attrs or port.
Result<Login> read_login(const Url& url, const LoginDefaults& defaults);

// The options that mean something to this probe, for help and for what a printed URL may show.
std::span<const Option> login_options();

}  // namespace plumb::postgres
