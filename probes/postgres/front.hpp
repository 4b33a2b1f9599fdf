// What stands between the probe and the server, as far as it lets itself be known.
#pragma once

#include <string>
#include <string_view>

namespace plumb::postgres {

// PgBouncer keeps five settings for each of its clients, and states them at the end of a login, after what
// the server had stated to it; a server itself states all of them in the order of their names.
class LoginOrder {
  public:
    // The next bytes of a login.
    void see(std::string_view bytes);
    bool is_pgbouncer() const;

  private:
    std::string seen_;  // bounded
};

// RDS names the endpoints of its proxies NAME.proxy-ID.REGION.rds.amazonaws.com.
bool is_rds_proxy(std::string_view host);

}  // namespace plumb::postgres
