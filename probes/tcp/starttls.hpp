// What is said in plain text until both sides begin TLS: RFC 3207 (SMTP), 9051, 6.2.1 (IMAP), 2595 (POP3),
// 4217 (FTP), 4511, 4.14 (LDAP) and PostgreSQL's SSLRequest. No I/O.
#pragma once

#include "model/cause.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::tcp {

enum class Protocol { smtp, imap, pop3, ftp, ldap, postgres };

std::optional<Protocol> parse_protocol(std::string_view name);
std::string protocol_list();                  // for an error message
std::string_view goodbye(Protocol protocol);  // said after TLS, for the server's log; may be empty

inline constexpr std::size_t kMaxDialogue = 16'384;  // bytes that a server may say before it agrees

// One dialogue. Order: resume("") first; while it says `read`, write output() and hand resume() what came.
class StartTls {
  public:
    enum class Next {
        read,     // write output(), then read
        upgrade,  // begin the handshake; nothing more was said in plain text
        fail,     // cause() and detail() say why
    };

    explicit StartTls(Protocol protocol) : protocol_(protocol) {}

    Next resume(std::string_view received);
    std::string_view output() const { return output_; }         // of the last resume(); may be empty
    std::string output_words() const;                           // the same for people; may be empty
    std::string answer_words(std::string_view received) const;  // what came, for people; not yet sanitized
    const std::string& greeting() const { return greeting_; }   // the server's first line, not yet sanitized
    Cause cause() const { return cause_; }
    const std::string& detail() const { return detail_; }  // the server's words are marked in it

  private:
    enum class Stage { start, greeting, offers, agreement };

    Next advance();
    Next lines();
    bool said_between(std::size_t at) const;
    Next line(std::string_view text);
    Next reply(std::string_view text);
    Next answer_to_greeting();
    Next end_of_offers(int code, std::string_view text);
    Next ldap();
    Next postgres();
    Next say(Stage stage, std::string_view words);
    Next refused(std::string_view words);
    Next fail(Cause cause, std::string detail);

    Protocol protocol_;
    Stage stage_ = Stage::start;
    std::string received_;  // and not yet understood
    std::size_t total_ = 0;
    std::string_view output_;
    std::string greeting_;
    bool offered_ = false;
    Cause cause_ = Cause::unknown;
    std::string detail_;
};

}  // namespace plumb::tcp
