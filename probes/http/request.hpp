// The request's bytes (RFC 9112). Everything that a URL brings in was percent-encoded by settings_of().
#pragma once

#include "probes/http/settings.hpp"

namespace plumb::http {

// A Secret, since it may carry credentials.
Secret request(const Settings& settings);

// What Authorization carries after "Basic "; empty without userinfo.
Secret basic_credentials(const Settings& settings);

}  // namespace plumb::http
