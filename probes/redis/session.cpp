#include "probes/redis/session.hpp"

#include "base/text.hpp"
#include "model/phase.hpp"
#include "probes/redis/rejection.hpp"
#include "probes/scrub.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <hiredis/hiredis.h>

namespace plumb::redis {

namespace {

Secret format(const std::vector<std::string_view>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const std::string_view word : words) {
        texts.push_back(word.data() == nullptr ? "" : word.data());
        lengths.push_back(word.size());
    }
    char* raw = nullptr;
    const auto count = static_cast<int>(words.size());
    const int size = redisFormatCommandArgv(&raw, count, texts.data(), lengths.data());
    if (size < 0) throw std::bad_alloc();
    const auto length = static_cast<std::size_t>(size);
    Secret command{std::string(raw, length)};
    explicit_bzero(raw, length);
    std::free(raw);
    return command;
}

bool wants_old_form(const Reply& reply) {
    return reply.type == Reply::Type::error &&
           to_lower(reply.text).find("wrong number of arguments") != std::string::npos;
}

}  // namespace

Session::Session(const Settings& settings)
    : settings_(&settings), step_(settings.logs_in() ? Step::authenticate : after_login()) {}

Session::Step Session::after_login() const {
    return settings_->database != 0 ? Step::select : Step::ping;
}

Session::Step Session::after_info() const {
    if (!info_->has("maxclients")) return Step::ask_max_clients;
    if (!info_->has("maxmemory_policy")) return Step::ask_policy;
    return Step::done;
}

std::string_view Session::phase() const {
    switch (step_) {
        case Step::authenticate:
        case Step::authenticate_old_form:
        case Step::select:
            return phase::authenticate;
        case Step::ping:
            return phase::ping;
        default:
            return phase::inspect;
    }
}

Secret Session::command() const {
    switch (step_) {
        case Step::authenticate:
            if (settings_->user.empty()) return format({"AUTH", settings_->password.reveal()});
            return format({"AUTH", settings_->user, settings_->password.reveal()});
        case Step::authenticate_old_form:
            return format({"AUTH", settings_->password.reveal()});
        case Step::select:
            return format({"SELECT", std::to_string(settings_->database)});
        case Step::info:
            return format({"INFO"});
        case Step::ask_max_clients:
            return format({"CONFIG", "GET", "maxclients"});
        case Step::ask_policy:
            return format({"CONFIG", "GET", "maxmemory-policy"});
        case Step::ping:
        case Step::done:
            break;
    }
    return format({"PING"});
}

std::optional<Rejection> Session::take(const Reply& reply) {
    switch (step_) {
        case Step::authenticate:
        case Step::authenticate_old_form:
        case Step::select:
            return take_login(reply);
        case Step::ping:
            return take_ping(reply);
        case Step::info:
            return take_info(reply);
        case Step::ask_max_clients:
            take_config(reply, "maxclients");
            step_ = info_->has("maxmemory_policy") ? Step::done : Step::ask_policy;
            return std::nullopt;
        case Step::ask_policy:
            take_config(reply, "maxmemory_policy");
            step_ = Step::done;
            return std::nullopt;
        case Step::done:
            break;
    }
    return std::nullopt;
}

std::optional<Rejection> Session::take_login(const Reply& reply) {
    if (step_ == Step::authenticate && !settings_->user.empty() && wants_old_form(reply)) {
        step_ = Step::authenticate_old_form;
        return std::nullopt;
    }
    if (reply.type == Reply::Type::error) return rejected(reply);
    if (reply.type != Reply::Type::status || reply.text != "OK") return unexpected("OK");
    step_ = step_ == Step::select ? Step::ping : after_login();
    return std::nullopt;
}

std::optional<Rejection> Session::take_ping(const Reply& reply) {
    if (reply.type == Reply::Type::error) return rejected(reply);
    if (reply.type != Reply::Type::status || reply.text != "PONG") return unexpected("PONG");
    step_ = Step::info;
    return std::nullopt;
}

std::optional<Rejection> Session::take_info(const Reply& reply) {
    if (reply.type == Reply::Type::error) {  // an access rule, a proxy, a renamed command
        info_hidden_ = true;
        step_ = Step::done;
        return std::nullopt;
    }
    if (reply.type != Reply::Type::text) return unexpected("a text in answer to INFO");
    info_ = Info::parse(reply.text);
    step_ = after_info();
    return std::nullopt;
}

// ["maxclients", "10000"]; a refusal, or anything else, leaves the field unknown.
void Session::take_config(const Reply& reply, std::string_view field) {
    if (reply.type == Reply::Type::array && reply.elements.size() == 2 &&
        reply.elements[1].type == Reply::Type::text) {
        info_->set(field, reply.elements[1].text);
    }
}

Rejection Session::rejected(const Reply& reply) const {
    const Cause cause = cause_of_error(reply.text);
    std::string_view words = reply.text;
    if (step_ == Step::authenticate || step_ == Step::authenticate_old_form) {
        // A server that does not know AUTH quotes the arguments of the unknown command, cut anywhere.
        words = trim(words.substr(0, words.find_first_of("`'\"")));
    }
    const std::array<std::string_view, 1> secrets{settings_->password.reveal()};
    // Without credentials the login is what is missing, whichever command was the first to learn it.
    const std::string_view where = cause == Cause::redis_noauth ? phase::authenticate : phase();
    return {where, cause, scrub(words, secrets)};
}

Rejection Session::unexpected(std::string_view wanted) const {
    return {phase(), Cause::peer_unexpected, fmt::format("another reply where {} was expected", wanted)};
}

}  // namespace plumb::redis
