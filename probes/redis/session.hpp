// What to say next to a Redis server, without I/O. The driver sends command(), reads one reply and hands it
// to take(), until step() is done. The first rejection is the run's failure; one that leaves the server able
// to speak of itself (NOPERM, LOADING, MASTERDOWN …) does not end the session.
#pragma once

#include "model/cause.hpp"
#include "probes/redis/info.hpp"
#include "probes/redis/plan.hpp"
#include "probes/redis/reply.hpp"
#include "probes/redis/settings.hpp"
#include "probes/redis/slots.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
        config,  // CONFIG GET of what INFO leaves out, one setting at a time: a list is for 7 and later
        cluster_info,
        cluster_slots,
        done,
    };

    // REQUIRES: `settings` outlives the session.
    Session(const Settings& settings, Questions questions);

    Step step() const { return step_; }
    std::string_view phase() const;
    Secret command() const;  // REQUIRES: not done
    // For whoever listens: the command without its secrets, and a reply in a line, without ours.
    std::string command_words() const;
    std::string words_of(const Reply& reply) const;
    // Of bytes that are no whole reply.
    std::string words_of_no_reply(std::string_view bytes) const;
    std::optional<Rejection> take(const Reply& reply);

    const std::optional<Info>& info() const { return info_; }
    const std::optional<Info>& cluster() const { return cluster_; }
    const std::optional<std::vector<Shard>>& shards() const { return shards_; }  // nullopt: not told
    const std::vector<Question>& refused() const { return refused_; }  // by an access rule, or unknown there

  private:
    Step after_login() const;
    void next_question();
    bool wants(Question question) const;
    std::optional<Rejection> take_login(const Reply& reply);
    std::optional<Rejection> take_ping(const Reply& reply);
    std::optional<Rejection> take_info(const Reply& reply);
    std::optional<Rejection> take_config(const Reply& reply);
    std::optional<Rejection> take_cluster_info(const Reply& reply);
    std::optional<Rejection> take_cluster_slots(const Reply& reply);
    void note_refusal(Question question, const Reply& reply);
    std::array<std::string_view, 1> secrets() const { return {settings_->password.reveal()}; }
    Rejection rejected(const Reply& reply) const;
    Rejection unexpected(std::string_view wanted);

    const Settings* settings_;
    Questions questions_;  // still to be asked
    Step step_;
    std::vector<std::string_view> settings_to_ask_;  // by their names in CONFIG
    std::optional<Info> info_;
    std::optional<Info> cluster_;
    std::optional<std::vector<Shard>> shards_;
    std::vector<Question> refused_;
};

}  // namespace plumb::redis
