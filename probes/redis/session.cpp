#include "probes/redis/session.hpp"

#include "base/text.hpp"
#include "model/phase.hpp"
#include "probes/peer_words.hpp"
#include "probes/redis/rejection.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
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

// In CONFIG's spelling, and in that of INFO.
struct Setting {
    std::string_view config;
    std::string_view field;
};
constexpr std::array kSettings{Setting{"maxclients", "maxclients"},
                               Setting{"maxmemory-policy", "maxmemory_policy"}, Setting{"save", "save"}};

// After these the server has closed the connection, or hears nothing but AUTH (or the end of its script).
bool ends_session(Cause cause) {
    constexpr std::array kFinal{Cause::redis_noauth, Cause::redis_wrongpass, Cause::redis_max_clients,
                                Cause::redis_protected_mode, Cause::redis_busy};
    return std::find(kFinal.begin(), kFinal.end(), cause) != kFinal.end();
}

bool wants_old_form(const Reply& reply) {
    return reply.type == Reply::Type::error &&
           to_lower(reply.text).find("wrong number of arguments") != std::string::npos;
}

}  // namespace

Session::Session(const Settings& settings, Questions questions)
    : settings_(&settings),
      questions_(questions),
      step_(settings.logs_in() ? Step::authenticate : after_login()) {}

Session::Step Session::after_login() const {
    return settings_->database != 0 ? Step::select : Step::ping;
}

// The questions in their order, each asked at most once.
void Session::next_question() {
    constexpr std::array kOrder{std::pair(Question::info, Step::info),
                                std::pair(Question::config, Step::config),
                                std::pair(Question::cluster_info, Step::cluster_info),
                                std::pair(Question::cluster_slots, Step::cluster_slots)};
    for (const auto& [question, step] : kOrder) {
        if (!questions_.has(question)) continue;
        questions_.remove(question);
        if (!wants(question)) continue;
        step_ = step;
        return;
    }
    step_ = Step::done;
}

bool Session::wants(Question question) const {
    switch (question) {
        case Question::info:
            return true;
        case Question::config:
            return !settings_to_ask_.empty();
        default:
            // Where INFO is hidden only the cluster itself can tell that it is one.
            return !info_ || info_->text("cluster_enabled") == "1";
    }
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
        case Step::config:
            return format({"CONFIG", "GET", settings_to_ask_.back()});
        case Step::cluster_info:
            return format({"CLUSTER", "INFO"});
        case Step::cluster_slots:
            return format({"CLUSTER", "SLOTS"});
        case Step::ping:
        case Step::done:
            break;
    }
    return format({"PING"});
}

std::string Session::command_words() const {
    switch (step_) {
        case Step::authenticate:
        case Step::authenticate_old_form:
            return "AUTH ***";
        case Step::select:
            return fmt::format("SELECT {}", settings_->database);
        case Step::ping:
            return "PING";
        case Step::info:
            return "INFO";
        case Step::config:
            return fmt::format("CONFIG GET {}", settings_to_ask_.back());
        case Step::cluster_info:
            return "CLUSTER INFO";
        case Step::cluster_slots:
            return "CLUSTER SLOTS";
        case Step::done:
            break;
    }
    return "";
}

std::string Session::words_of_no_reply(std::string_view bytes) const {
    // Whoever does not know AUTH may give it back, cut anywhere: its first line is what it is.
    if (phase() == phase::authenticate) bytes = bytes.substr(0, bytes.find_first_of("`'\"\r\n"));
    return first_bytes(scrub(bytes, secrets()));
}

std::string Session::words_of(const Reply& reply) const {
    constexpr std::size_t kShort = 64;
    switch (reply.type) {
        case Reply::Type::status:
            return scrub(reply.text, secrets());
        case Reply::Type::error: {
            // Whoever does not know AUTH quotes its arguments, cut anywhere.
            const bool quotes = phase() == phase::authenticate;
            const auto end = quotes ? reply.text.find_first_of("`'\"") : std::string::npos;
            return "error: " + scrub(std::string_view(reply.text).substr(0, end), secrets());
        }
        case Reply::Type::integer:
            return std::to_string(reply.integer);
        case Reply::Type::text:
            if (reply.text.size() <= kShort) return scrub(reply.text, secrets());
            return fmt::format("a text of {} bytes", reply.text.size());
        case Reply::Type::nil:
            return "nothing";
        case Reply::Type::array:
            return fmt::format("a list of {}", reply.elements.size());
    }
    return "";
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
        case Step::config:
            return take_config(reply);
        case Step::cluster_info:
            return take_cluster_info(reply);
        case Step::cluster_slots:
            return take_cluster_slots(reply);
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
    if (reply.type == Reply::Type::error) {
        auto rejection = rejected(reply);
        step_ = Step::done;
        return rejection;
    }
    if (reply.type != Reply::Type::status || reply.text != "OK") return unexpected("OK");
    step_ = step_ == Step::select ? Step::ping : after_login();
    return std::nullopt;
}

std::optional<Rejection> Session::take_ping(const Reply& reply) {
    if (reply.type == Reply::Type::error) {
        auto rejection = rejected(reply);
        step_ = Step::done;
        if (!ends_session(rejection.cause)) next_question();
        return rejection;
    }
    if (reply.type != Reply::Type::status || reply.text != "PONG") return unexpected("PONG");
    next_question();
    return std::nullopt;
}

std::optional<Rejection> Session::take_info(const Reply& reply) {
    if (reply.type == Reply::Type::error) {
        note_refusal(Question::info, reply);
    } else if (reply.type == Reply::Type::text) {
        info_ = Info::parse(reply.text, secrets());
        for (const Setting& setting : kSettings) {
            if (!info_->has(setting.field)) settings_to_ask_.push_back(setting.config);
        }
    } else {
        return unexpected("a text in answer to INFO");
    }
    next_question();
    return std::nullopt;
}

// ["maxclients", "10000"]. What else comes leaves the setting unknown, and a refusal the others too.
std::optional<Rejection> Session::take_config(const Reply& reply) {
    const std::string_view asked = settings_to_ask_.back();
    settings_to_ask_.pop_back();
    if (reply.type == Reply::Type::error) {
        note_refusal(Question::config, reply);
        settings_to_ask_.clear();
    } else if (reply.elements.size() == 2 && reply.elements[1].type == Reply::Type::text) {
        for (const Setting& setting : kSettings) {
            if (setting.config == asked) info_->set(setting.field, reply.elements[1].text, secrets());
        }
    }
    if (settings_to_ask_.empty()) next_question();
    return std::nullopt;
}

std::optional<Rejection> Session::take_cluster_info(const Reply& reply) {
    if (reply.type == Reply::Type::error) {
        note_refusal(Question::cluster_info, reply);
    } else if (reply.type == Reply::Type::text) {
        cluster_ = Info::parse(reply.text, secrets());
    } else {
        return unexpected("a text in answer to CLUSTER INFO");
    }
    next_question();
    return std::nullopt;
}

std::optional<Rejection> Session::take_cluster_slots(const Reply& reply) {
    if (reply.type == Reply::Type::error) {
        note_refusal(Question::cluster_slots, reply);
    } else {
        shards_ = parse_slots(reply);
        if (!shards_) return unexpected("a list of slots in answer to CLUSTER SLOTS");
    }
    next_question();
    return std::nullopt;
}

// A server that is busy or loading may answer the next time.
void Session::note_refusal(Question question, const Reply& reply) {
    const Cause cause = cause_of_error(reply.text);
    if (cause == Cause::redis_noperm || cause == Cause::redis_error) refused_.push_back(question);
}

Rejection Session::rejected(const Reply& reply) const {
    const Cause cause = cause_of_error(reply.text);
    std::string_view words = reply.text;
    if (step_ == Step::authenticate || step_ == Step::authenticate_old_form) {
        // A server that does not know AUTH quotes the arguments of the unknown command, cut anywhere.
        words = trim(words.substr(0, words.find_first_of("`'\"")));
    }
    // Without credentials the login is what is missing, whichever command was the first to learn it.
    const std::string_view where = cause == Cause::redis_noauth ? phase::authenticate : phase();
    Rejection rejection{where, cause, peer_words(scrub(words, secrets()))};
    if (cause == Cause::redis_wrongpass && settings_->word_alone) {
        rejection.detail += "; the one word before '@' was taken for the password: USER:@ names a user";
    }
    return rejection;
}

Rejection Session::unexpected(std::string_view wanted) {
    Rejection rejection{phase(), Cause::peer_unexpected,
                        fmt::format("another reply where {} was expected", wanted)};
    step_ = Step::done;
    return rejection;
}

}  // namespace plumb::redis
