#include "probes/tcp/starttls.hpp"
#include "probes/tcp/steps.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::tcp {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::array kAll{Protocol::smtp, Protocol::imap, Protocol::pop3,
                          Protocol::ftp,  Protocol::ldap, Protocol::postgres};

// What was said to a server that answers so, in turn, and how it ended: "EHLO…|STARTTLS…|upgrade".
std::string talk(Protocol protocol, const std::vector<std::string_view>& answers) {
    StartTls dialogue(protocol);
    std::string said;
    auto next = dialogue.resume({});
    for (const auto answer : answers) {
        if (next != StartTls::Next::read) break;
        if (!dialogue.output().empty()) said += std::string(dialogue.output()) + '|';
        next = dialogue.resume(answer);
    }
    if (next == StartTls::Next::upgrade) return said + "upgrade";
    if (next == StartTls::Next::read) return said + std::string(dialogue.output()) + "...";
    return said + std::string(to_string(dialogue.cause())) + ' ' + dialogue.detail();
}

TEST(StartTls, each_protocol_comes_to_an_agreement) {
    EXPECT_EQ(talk(Protocol::smtp,
                   {"220-mail\r\n220 ready\r\n", "250-mail\r\n250-SIZE 1\r\n250 starttls\r\n", "220 go\r\n"}),
              "EHLO plumbline\r\n|STARTTLS\r\n|upgrade");
    EXPECT_EQ(talk(Protocol::imap, {"* OK ready\r\n", "* CAPABILITY IMAP4\r\na1 OK begin\r\n"}),
              "a1 STARTTLS\r\n|upgrade");
    EXPECT_EQ(talk(Protocol::imap, {"* OK ready\r\n* CAPABILITY IMAP4\r\n", "a1 OK begin\r\n"}),
              "a1 STARTTLS\r\n|upgrade");
    EXPECT_EQ(talk(Protocol::pop3, {"+OK ready\r\n", "+OK begin\r\n"}), "STLS\r\n|upgrade");
    EXPECT_EQ(talk(Protocol::ftp, {"120 wait\r\n220 ready\r\n", "234 begin\r\n"}), "AUTH TLS\r\n|upgrade");
    EXPECT_THAT(talk(Protocol::ldap, {"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"sv}),
                testing::EndsWith("1.3.6.1.4.1.1466.20037|upgrade"));
    EXPECT_EQ(talk(Protocol::postgres, {"S"}), "\x00\x00\x00\x08\x04\xd2\x16\x2f|upgrade"sv);
}

TEST(StartTls, an_answer_may_come_in_pieces) {
    EXPECT_EQ(talk(Protocol::imap, {"* O", "K re", "ady\r", "\n"}), "a1 STARTTLS\r\n...");
    EXPECT_THAT(talk(Protocol::ldap, {"\x30", "\x84\x00\x00"sv,
                                      "\x00\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04"sv, "\x00"sv}),
                testing::EndsWith("upgrade"));
}

TEST(StartTls, a_refusal_is_told_with_the_words_of_the_server) {
    EXPECT_THAT(talk(Protocol::smtp, {"220 ready\r\n", "250 mail\r\n"}),
                HasSubstr("tls.refused the server declines to begin TLS: STARTTLS is not among its offers"));
    EXPECT_THAT(talk(Protocol::smtp, {"220 ready\r\n", "250 STARTTLS\r\n", "454 not now\r\n"}),
                HasSubstr("tls.refused the server declines to begin TLS: “454 not now”"));
    EXPECT_THAT(talk(Protocol::imap, {"* OK ready\r\n", "a1 NO none\r\n"}), HasSubstr("tls.refused"));
    EXPECT_THAT(talk(Protocol::imap, {"* PREAUTH hello\r\n"}), HasSubstr("tls.refused"));
    EXPECT_THAT(talk(Protocol::pop3, {"+OK ready\r\n", "-ERR none\r\n"}), HasSubstr("tls.refused"));
    EXPECT_THAT(talk(Protocol::ftp, {"220 ready\r\n", "502 unknown\r\n"}), HasSubstr("tls.refused"));
    EXPECT_THAT(talk(Protocol::ldap, {"\x30\x10\x02\x01\x01\x78\x0b\x0a\x01\x02\x04\x00\x04\x04none"sv}),
                HasSubstr("tls.refused the server declines to begin TLS: result code 2: “none”"));
    EXPECT_THAT(talk(Protocol::postgres, {"N"}), HasSubstr("tls.refused"));
}

TEST(StartTls, a_server_that_serves_nobody_is_unexpected) {
    EXPECT_EQ(talk(Protocol::smtp, {"554 go away\r\n"}), "peer.unexpected the server says “554 go away”");
    EXPECT_EQ(talk(Protocol::imap, {"* BYE full\r\n"}), "peer.unexpected the server says “* BYE full”");
    EXPECT_EQ(talk(Protocol::pop3, {"-ERR full\r\n"}), "peer.unexpected the server says “-ERR full”");
    EXPECT_THAT(talk(Protocol::postgres, {"Efull"}), HasSubstr("peer.unexpected"));
}

TEST(StartTls, what_is_said_out_of_turn_is_refused) {
    EXPECT_THAT(talk(Protocol::smtp, {"220 ready\r\n", "250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"}),
                HasSubstr("peer.garbage the server speaks out of turn: “250 injected”"));
    EXPECT_THAT(talk(Protocol::smtp, {"220 ready\r\n250 STARTTLS\r\n220 go\r\n"}), HasSubstr("peer.garbage"));
    EXPECT_THAT(talk(Protocol::imap, {"* OK ready\r\n", "a1 OK go\r\n* BYE\r\n"}), HasSubstr("peer.garbage"));
    EXPECT_THAT(talk(Protocol::postgres, {"SX"}), HasSubstr("peer.garbage"));
    EXPECT_THAT(talk(Protocol::ldap, {"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00more"sv}),
                HasSubstr("peer.garbage"));
}

TEST(StartTls, another_protocol_is_garbage) {
    for (const auto protocol : kAll) {
        EXPECT_THAT(talk(protocol, {"HTTP/1.1 400 Bad Request\r\n\r\n"}), HasSubstr("peer.garbage"));
    }
    EXPECT_THAT(talk(Protocol::ldap, {"\x30\x80"sv}), HasSubstr("peer.garbage"));  // no definite length
    EXPECT_THAT(talk(Protocol::ldap, {"\x30\x84\x7f\xff\xff\xff"sv}), HasSubstr("peer.garbage"));  // 2 GiB
    EXPECT_THAT(talk(Protocol::ldap, {"\x30\x03\x02\x01\x01"sv}), HasSubstr("peer.garbage"));
}

TEST(StartTls, a_server_that_never_stops_talking_is_cut) {
    const std::string greeting = "220-" + std::string(1000, 'x') + "\r\n";
    EXPECT_THAT(talk(Protocol::smtp, std::vector<std::string_view>(20, greeting)),
                HasSubstr("peer.too_large"));
    const std::string line(20'000, '2');
    EXPECT_THAT(talk(Protocol::smtp, {line}), HasSubstr("peer.too_large"));
}

TEST(StartTls, random_bytes_never_break_it) {
    std::mt19937 random(20261124);
    const std::vector<std::string> seeds{
        "220 x\r\n", "250-STARTTLS\r\n250 y\r\n", "* OK z\r\n", "+OK\r\n",
        std::string("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", 14)};
    for (int round = 0; round < 50'000; ++round) {
        std::vector<std::string> owned;
        for (int part = 0; part < 3; ++part) {
            auto bytes = seeds[random() % seeds.size()];
            bytes[random() % bytes.size()] = static_cast<char>(random());
            bytes.resize(random() % (bytes.size() + 1));
            owned.push_back(std::move(bytes));
        }
        talk(kAll[random() % kAll.size()], {owned.begin(), owned.end()});
    }
}

TEST(StartTls, protocols_are_known_by_name) {
    EXPECT_EQ(parse_protocol("imap"), Protocol::imap);
    EXPECT_EQ(parse_protocol("xmpp"), std::nullopt);
    EXPECT_THAT(protocol_list(), HasSubstr("ldap"));
    EXPECT_EQ(goodbye(Protocol::smtp), "QUIT\r\n");
}

TEST(Steps, escapes_become_their_bytes) {
    EXPECT_EQ(unescape("PING\\r\\n").value(), "PING\r\n");
    EXPECT_EQ(unescape("\\\\a\\tb\\x00\\xFf\\0").value(), "\\a\tb\0\xff\0"sv);
    for (const char* bad : {"\\", "\\q", "\\x", "\\x1", "\\xg1"})
        EXPECT_FALSE(unescape(bad)) << bad;
}

std::string found(const std::string& pattern, std::string_view text) {
    const auto match = Pattern::make(pattern).value().find(text);
    if (!match) return "none";
    return std::string(match->line) + '|' + std::string(text.substr(match->end));
}

TEST(Steps, a_pattern_is_found_with_its_line) {
    EXPECT_EQ(found("^\\+PONG", "+PONG\r\n"), "+PONG\r|");
    EXPECT_EQ(found("^250 ", "220 a\r\n250 b\r\n250 c\r\n"), "250 b\r|250 c\r\n");
    EXPECT_EQ(found("b$", "ab\nac\n"), "ab|ac\n");
    EXPECT_EQ(found("a\nb", "1a\nb2\nc"), "1a|c");
    EXPECT_EQ(found("220", "2202"), "2202|2");  // the line is still under way
    EXPECT_EQ(found("\n", "a\nb\n"), "a|b\n");
    EXPECT_EQ(found("", "a"), "a|a");
    EXPECT_EQ(found("x", "abc"), "none");
    EXPECT_EQ(found("\\x{ff}", "\xff\n"), "\xff|");
}

TEST(Steps, a_bad_pattern_is_refused_without_its_text) {
    const auto bad = Pattern::make("secret(");
    ASSERT_FALSE(bad);
    EXPECT_THAT(bad.error().message, HasSubstr("missing )"));
    EXPECT_THAT(bad.error().message, Not(HasSubstr("secret")));
    EXPECT_FALSE(Pattern::make("((((((((((a{1,100}){1,100}){1,100}"));
}

}  // namespace
}  // namespace plumb::tcp
