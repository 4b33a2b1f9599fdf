// How a server has the role log in, read from the requests that it sends (the protocol's Authentication*
// messages). libpq 15 keeps that to itself.
#pragma once

#include <string_view>

namespace plumb::postgres {

// "AuthenticationSASLContinue": what the message at the beginning of these bytes is called; "" when it is no
// request to log in, or one that has no name here.
std::string_view authentication_name(std::string_view bytes);

class Authentication {
  public:
    // The next bytes of a login, from the beginning of a message. `binds`: this side would bind SCRAM to the
    // TLS channel.
    void see(std::string_view bytes, bool binds);
    // "none", "password", "md5", "gss", "sspi", "scram-sha-256", "scram-sha-256-plus"; "" before the first
    // request.
    std::string_view method() const { return method_; }

  private:
    std::string_view method_;
};

}  // namespace plumb::postgres
