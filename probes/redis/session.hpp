// What to say next to a Redis server, without I/O. The driver sends command(), reads one reply and hands it
// to take(), until step() is done or take() gives a rejection, which is final.
#pragma once

#include "model/cause.hpp"
#include "probes/redis/info.hpp"
#include "probes/redis/reply.hpp"
#include "probes/redis/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plumb::redis {

struct Rejection {
    std::string_view phase;
    Cause cause = Cause::unknown;
    std::string detail;  // the server's words without our secrets; not yet escaped
};

class Session {
  public:
    enum class Step {
        authenticate,           // AUTH user password, or AUTH password
        authenticate_old_form,  // AUTH password: a server before 6 knows no users
        select,                 // SELECT, when the URL names a database other than 0
        ping,                   // the measurement
        info,
        ask_max_clients,  // CONFIG GET, only for what INFO of an older server leaves out
        ask_policy,
        done,
    };

    // REQUIRES: `settings` outlives the session.
    explicit Session(const Settings& settings);

    Step step() const { return step_; }
    std::string_view phase() const;
    Secret command() const;  // REQUIRES: not done
    std::optional<Rejection> take(const Reply& reply);

    const std::optional<Info>& info() const { return info_; }
    bool info_hidden() const { return info_hidden_; }

  private:
    Step after_login() const;
    Step after_info() const;
    std::optional<Rejection> take_login(const Reply& reply);
    std::optional<Rejection> take_ping(const Reply& reply);
    std::optional<Rejection> take_info(const Reply& reply);
    void take_config(const Reply& reply, std::string_view field);
    Rejection rejected(const Reply& reply) const;
    Rejection unexpected(std::string_view wanted) const;

    const Settings* settings_;
    Step step_;
    std::optional<Info> info_;
    bool info_hidden_ = false;
};

}  // namespace plumb::redis
