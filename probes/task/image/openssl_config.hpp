// What an OpenSSL configuration file says (config(5), SSL_CONF_cmd(3)).
#pragma once

#include "model/fact.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

struct ConfigEntry {
    std::string section;  // "default" before the first [section]
    std::string key;
    std::string value;  // single-spaced, without its quotes
    friend bool operator==(const ConfigEntry&, const ConfigEntry&) = default;
};

// The files that ".include" names, as text one after another; "" when there are none.
using IncludedText = std::function<std::string(const std::string& path)>;

// Comments, blank lines and spacing are gone, continued lines are one, included files stand where they are
// named. At most 4,096 entries and 32 includes, eight deep.
std::vector<ConfigEntry> parse_openssl_config(std::string_view text, const IncludedText& included);

// What holds for every program that reads the file: system_default of ssl_conf, providers, alg_section.
struct OpensslChoices {
    std::optional<std::string> min_protocol;
    std::optional<std::string> max_protocol;
    std::optional<std::string> ciphers;        // CipherString: TLS 1.2 and before
    std::optional<std::string> cipher_suites;  // of TLS 1.3
    std::optional<std::string> options;
    std::optional<std::string> fips;    // "yes"
    std::optional<std::string> legacy;  // "yes": the provider of MD4, RC4 and the like
    std::string rest;  // "[section] key=value" of all other entries, a line each, in their order
};

OpensslChoices openssl_choices(const std::vector<ConfigEntry>& entries);

}  // namespace plumb::task::image
