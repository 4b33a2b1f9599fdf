#include "probes/tcp/starttls.hpp"

#include "base/text.hpp"
#include "probes/peer_words.hpp"

#include <algorithm>
#include <array>

namespace plumb::tcp {
namespace {

using namespace std::string_view_literals;

struct ProtocolName {
    std::string_view name;
    Protocol protocol;
    std::string_view goodbye;
};
constexpr std::array<ProtocolName, 6> kProtocols{{
    {"smtp", Protocol::smtp, "QUIT\r\n"},
    {"imap", Protocol::imap, "a2 LOGOUT\r\n"},
    {"pop3", Protocol::pop3, "QUIT\r\n"},
    {"ftp", Protocol::ftp, "QUIT\r\n"},
    {"ldap", Protocol::ldap, "\x30\x05\x02\x01\x02\x42\x00"sv},  // unbindRequest
    {"postgres", Protocol::postgres, ""},
}};

constexpr std::string_view kSslRequest = "\x00\x00\x00\x08\x04\xd2\x16\x2f"sv;
// An extendedRequest of the name 1.3.6.1.4.1.1466.20037.
constexpr std::string_view kLdapStartTls =
    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
    "1.3.6.1.4.1.1466.20037"sv;

// "250-STARTTLS" → 250; nullopt: no line of a reply (RFC 5321, 4.2).
std::optional<int> code_of(std::string_view line) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, digit)) return std::nullopt;
    if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return std::nullopt;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

// Tag, length and contents of one BER value with a definite length of at most four bytes (X.690, 8.1).
struct Ber {
    unsigned tag = 0;
    std::string_view contents;
    std::size_t size = 0;  // with tag and length; 0: more bytes are needed
    bool bad = false;
};

Ber read_ber(std::string_view bytes) {
    Ber ber;
    if (bytes.size() < 2) return ber;
    ber.tag = static_cast<unsigned char>(bytes[0]);
    std::size_t length = static_cast<unsigned char>(bytes[1]);
    std::size_t head = 2;
    if (length >= 0x80) {
        const std::size_t more = length & 0x7fU;
        ber.bad = more == 0 || more > 4;
        if (ber.bad || bytes.size() < head + more) return ber;
        length = 0;
        for (const unsigned char byte : bytes.substr(head, more))
            length = length << 8 | byte;
        head += more;
    }
    ber.bad = length > kMaxDialogue;
    if (ber.bad || bytes.size() < head + length) return ber;
    ber.contents = bytes.substr(head, length);
    ber.size = head + length;
    return ber;
}

// The value at the front of `rest`, which is taken off; tag 0 when there is none.
Ber take_ber(std::string_view& rest) {
    const auto ber = read_ber(rest);
    rest.remove_prefix(ber.size);
    return ber.size == 0 ? Ber{} : ber;
}

}  // namespace

std::optional<Protocol> parse_protocol(std::string_view name) {
    for (const auto& each : kProtocols) {
        if (each.name == name) return each.protocol;
    }
    return std::nullopt;
}

std::string protocol_list() {
    std::string out;
    for (const auto& each : kProtocols)
        out += (out.empty() ? "" : ", ") + std::string(each.name);
    return out;
}

std::string_view goodbye(Protocol protocol) {
    const auto found = std::find_if(kProtocols.begin(), kProtocols.end(),
                                    [protocol](const auto& each) { return each.protocol == protocol; });
    return found->goodbye;
}

StartTls::Next StartTls::resume(std::string_view received) {
    output_ = {};
    total_ += received.size();
    if (total_ > kMaxDialogue)
        return fail(Cause::peer_too_large, "the server says more than " + std::to_string(kMaxDialogue) +
                                               " bytes before it begins TLS");
    received_ += received;
    return advance();
}

StartTls::Next StartTls::advance() {
    switch (protocol_) {
        case Protocol::ldap:
            return ldap();
        case Protocol::postgres:
            return postgres();
        default:
            return lines();
    }
}

StartTls::Next StartTls::lines() {
    if (stage_ == Stage::start) stage_ = Stage::greeting;
    std::size_t at = 0;
    for (;;) {
        const auto end = received_.find('\n', at);
        if (end == std::string::npos) break;
        auto text = std::string_view(received_).substr(at, end - at);
        if (text.ends_with('\r')) text.remove_suffix(1);
        const auto before = stage_;
        if (greeting_.empty()) greeting_ = text;
        const auto next = line(text);
        at = end + 1;
        if (next == Next::fail) return next;
        if (next == Next::read && (before == stage_ || said_between(at))) continue;
        // What was sent after the word to begin may have been put there by somebody on the way (RFC 3207, 6).
        if (at < received_.size())
            return fail(Cause::peer_garbage, "the server speaks out of turn: " +
                                                 peer_words(trim(std::string_view(received_).substr(at))));
        received_.clear();
        return next;
    }
    received_.erase(0, at);
    return Next::read;
}

// An IMAP server may tell something at any time (RFC 9051, 7).
bool StartTls::said_between(std::size_t at) const {
    return protocol_ == Protocol::imap && received_.compare(at, 2, "* ") == 0;
}

StartTls::Next StartTls::line(std::string_view text) {
    if (protocol_ == Protocol::smtp || protocol_ == Protocol::ftp) return reply(text);
    const bool imap = protocol_ == Protocol::imap;
    const auto begins = [text](std::string_view with) {
        return equals_ignore_case(text.substr(0, with.size()), with);
    };
    if (stage_ == Stage::greeting) {
        if (begins(imap ? "* OK" : "+OK")) return answer_to_greeting();
        if (imap && begins("* PREAUTH")) return refused(peer_words(text));
        if (begins(imap ? "* BYE" : "-ERR"))
            return fail(Cause::peer_unexpected, "the server says " + peer_words(text));
    } else {
        if (begins(imap ? "a1 OK" : "+OK")) return Next::upgrade;
        if (begins(imap ? "a1 NO" : "-ERR") || begins("a1 BAD")) return refused(peer_words(text));
        if (imap && begins("* ")) return Next::read;  // said between
    }
    return fail(Cause::peer_garbage, "no answer of this protocol: " + peer_words(text));
}

StartTls::Next StartTls::reply(std::string_view text) {
    const auto code = code_of(text);
    if (!code) return fail(Cause::peer_garbage, "no answer of this protocol: " + peer_words(text));
    const bool last = text.size() == 3 || text[3] == ' ';
    const auto words = text.substr(std::min<std::size_t>(text.size(), 4));
    if (stage_ == Stage::offers && equals_ignore_case(trim(words), "STARTTLS")) offered_ = true;
    if (!last || *code / 100 == 1) return Next::read;
    switch (stage_) {
        case Stage::greeting:
            return *code == 220 ? answer_to_greeting()
                                : fail(Cause::peer_unexpected, "the server says " + peer_words(text));
        case Stage::offers:
            return end_of_offers(*code, text);
        default:
            return *code == (protocol_ == Protocol::ftp ? 234 : 220) ? Next::upgrade
                                                                     : refused(peer_words(text));
    }
}

StartTls::Next StartTls::answer_to_greeting() {
    switch (protocol_) {
        case Protocol::smtp:
            return say(Stage::offers, "EHLO plumbline\r\n");
        case Protocol::imap:
            return say(Stage::agreement, "a1 STARTTLS\r\n");
        case Protocol::pop3:
            return say(Stage::agreement, "STLS\r\n");
        default:
            return say(Stage::agreement, "AUTH TLS\r\n");
    }
}

StartTls::Next StartTls::end_of_offers(int code, std::string_view text) {
    if (code != 250) return fail(Cause::peer_unexpected, "the server says " + peer_words(text));
    if (!offered_) return refused("STARTTLS is not among its offers");
    return say(Stage::agreement, "STARTTLS\r\n");
}

std::string StartTls::output_words() const {
    if (output_.empty()) return "";
    if (protocol_ == Protocol::ldap) return "LDAP ExtendedRequest StartTLS";
    if (protocol_ == Protocol::postgres) return "SSLRequest";
    return std::string(trim(output_));
}

std::string StartTls::answer_words(std::string_view received) const {
    if (protocol_ != Protocol::ldap) return std::string(trim(received));
    return "LDAP, " + std::to_string(received.size()) + " bytes";
}

StartTls::Next StartTls::ldap() {
    constexpr unsigned kSequence = 0x30;
    constexpr unsigned kInteger = 0x02;
    constexpr unsigned kEnumerated = 0x0a;
    constexpr unsigned kExtendedResponse = 0x78;
    if (stage_ == Stage::start) return say(Stage::agreement, kLdapStartTls);
    const auto message = read_ber(received_);
    if (message.bad || (!received_.empty() && static_cast<unsigned char>(received_[0]) != kSequence))
        return fail(Cause::peer_garbage, "what came is no LDAP message");
    if (message.size == 0) return Next::read;
    auto rest = message.contents;
    const auto id = take_ber(rest);
    const auto response = take_ber(rest);
    auto parts = response.contents;
    const auto code = take_ber(parts);
    const auto matched = take_ber(parts);
    const auto words = take_ber(parts);
    const bool whole = id.tag == kInteger && response.tag == kExtendedResponse && code.tag == kEnumerated &&
                       code.contents.size() == 1 && matched.tag != 0;
    if (!whole) return fail(Cause::peer_garbage, "what came is no answer to StartTLS");
    if (message.size < received_.size()) return fail(Cause::peer_garbage, "the server speaks out of turn");
    if (code.contents[0] == 0) return Next::upgrade;
    auto reason = "result code " + std::to_string(static_cast<unsigned char>(code.contents[0]));
    if (!words.contents.empty()) reason += ": " + peer_words(words.contents);
    return refused(reason);
}

StartTls::Next StartTls::postgres() {
    if (stage_ == Stage::start) return say(Stage::agreement, kSslRequest);
    if (received_.empty()) return Next::read;
    switch (received_[0]) {
        case 'S':
            if (received_.size() == 1) return Next::upgrade;
            return fail(Cause::peer_garbage, "the server speaks out of turn");
        case 'N':
            return refused("it answers N");
        case 'E':
            return fail(Cause::peer_unexpected, "an error instead of an answer to SSLRequest: " +
                                                    peer_words(std::string_view(received_).substr(1)));
        default:
            return fail(Cause::peer_garbage, "what came is no answer to SSLRequest");
    }
}

StartTls::Next StartTls::say(Stage stage, std::string_view words) {
    stage_ = stage;
    output_ = words;
    return Next::read;
}

StartTls::Next StartTls::refused(std::string_view words) {
    return fail(Cause::tls_refused, "the server declines to begin TLS: " + std::string(words));
}

StartTls::Next StartTls::fail(Cause cause, std::string detail) {
    cause_ = cause;
    detail_ = std::move(detail);
    return Next::fail;
}

}  // namespace plumb::tcp
