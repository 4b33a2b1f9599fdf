// A redis URL → what the session needs. https://www.iana.org/assignments/uri-schemes/prov/redis
#pragma once

#include "base/result.hpp"
#include "probes/probe.hpp"
#include "probes/url.hpp"

#include <span>
#include <string>

namespace plumb::redis {

struct Settings {
    std::string host;
    std::uint16_t port = 6379;
    bool tls = false;
    bool insecure = false;  // the app's own ssl_cert_reqs=none
    bool any_name = false;  // the app's own ssl_check_hostname=false
    std::string ca;         // the app's own ssl_ca_certs, ssl_certfile and ssl_keyfile
    std::string certificate;
    std::string key;
    std::string user;
    Secret password;
    bool word_alone = false;  // "word@host": read as the password, though some clients read a user
    int database = 0;

    bool logs_in() const { return !user.empty() || !password.empty(); }
};

// Errors: no host, a path that is no database number, an option that neither we nor the usual clients know.
Result<Settings> settings_of(const Url& url);

std::span<const Option> options();

}  // namespace plumb::redis
