// Which way a request goes: straight, or through an HTTP proxy that the target or the environment names.
//
// The variables are read as most clients read them: http_proxy for http, https_proxy for https, all_proxy for
// both, no_proxy for what goes straight; lower case first, then upper case. HTTP_PROXY does not count where
// REQUEST_METHOD is set: a web server that runs a program by CGI puts a request's header `Proxy` there
// (CVE-2016-5385, "httpoxy"). curl never reads it in upper case; Go, Python and Java's agents do.
#pragma once

#include "base/result.hpp"
#include "probes/url.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::http {

struct Proxy {
    std::string host;
    std::uint16_t port = 80;
    std::string user;
    Secret password;
};

// "http://[user:password@]host:port", also without the scheme. Only http proxies can be used.
Result<Proxy> parse_proxy(std::string_view text);

// Whether `no_proxy` takes a host out: "*", a name and all below it (".example.com" or "example.com"), an
// address, a network (10.0.0.0/8); each with or without a port. Separated by commas or blanks.
bool goes_straight(std::string_view no_proxy, std::string_view host, std::uint16_t port);

using Variables = std::function<std::string(const char* name)>;  // "" when it is not set
std::string process_variable(const char* name);

class Route {
  public:
    // `option` is the target's: a URL, "env" (the default) or "none". A variable that names a proxy which
    // cannot be used is no error here: through() tells it.
    static Result<Route> make(const std::optional<std::string>& option, const Variables& variables);

    // The proxy to such a host; null: straight.
    const Proxy* through(bool tls, std::string_view host, std::uint16_t port) const;
    std::vector<const Proxy*> proxies() const;  // that it may lead through
    // Why there is no way to such a host; "" when there is one.
    std::string obstacle(bool tls, std::string_view host, std::uint16_t port) const;

  private:
    struct Way {
        std::optional<Proxy> proxy;
        std::string obstacle;
    };
    // `name` is the variable's in upper case.
    static Way way_of(const Variables& variables, std::initializer_list<const char*> names,
                      std::string_view name);
    const Way& way(bool tls, std::string_view host, std::uint16_t port) const;

    Way plain_;
    Way tls_;
    Way straight_;
    std::string no_proxy_;
};

}  // namespace plumb::http
