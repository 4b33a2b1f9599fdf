#include "base/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::string_literals;

bool holds_only_showable_bytes(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return false;
    }
    return true;
}

TEST(Sanitize, passes_printable_utf8_unchanged) {
    const std::string text = "plain, Grüße, 日本語, 🙂, \\back\\slash \"quoted\"";
    EXPECT_EQ(sanitize(text), text);
    EXPECT_EQ(sanitize(""), "");
}

TEST(Sanitize, escapes_controls_and_terminal_escapes) {
    EXPECT_EQ(sanitize("a\x1b[31mred\x07"), "a\\x1B[31mred\\x07");
    EXPECT_EQ(sanitize("line\r\nnext\ttab"), "line\\x0D\\x0Anext\\x09tab");
    EXPECT_EQ(sanitize("nul\0here"s), "nul\\x00here");
    EXPECT_EQ(sanitize("\x7f"), "\\x7F");
    EXPECT_EQ(sanitize("\xc2\x9b"
                       "31m"),
              "\\u{009B}31m");
}

TEST(Sanitize, escapes_every_bidirectional_override_and_isolate) {
    for (char32_t code = 0x202A; code <= 0x202E; ++code) {
        const std::string text = {'\xE2', '\x80', static_cast<char>(0x80 + (code - 0x2000))};
        EXPECT_EQ(sanitize(text).substr(0, 5), "\\u{20");
    }
    for (char32_t code = 0x2066; code <= 0x2069; ++code) {
        const std::string text = {'\xE2', '\x81', static_cast<char>(0x80 + (code - 0x2040))};
        EXPECT_EQ(sanitize(text).substr(0, 6), "\\u{206");
    }
    EXPECT_EQ(sanitize("\u202Egpj.exe"), "\\u{202E}gpj.exe");
    EXPECT_EQ(sanitize("\u2066x\u2069"), "\\u{2066}x\\u{2069}");
}

TEST(Sanitize, escapes_what_cannot_be_seen) {
    EXPECT_EQ(sanitize("pay\u200Bpal"), "pay\\u{200B}pal");
    EXPECT_EQ(sanitize("\uFEFFx"), "\\u{FEFF}x");
    EXPECT_EQ(sanitize("a\u2028b"), "a\\u{2028}b");
    EXPECT_EQ(sanitize("\U000E0041"), "\\u{E0041}");
}

TEST(Sanitize, escapes_invalid_utf8_byte_by_byte) {
    EXPECT_EQ(sanitize("\xff\xfe"), "\\xFF\\xFE");
    EXPECT_EQ(sanitize("cut \xe2\x82"), "cut \\xE2\\x82");
    EXPECT_EQ(sanitize("\xc0\x80"), "\\xC0\\x80");                    // over-long NUL
    EXPECT_EQ(sanitize("\xe0\x80\xaf"), "\\xE0\\x80\\xAF");           // over-long slash
    EXPECT_EQ(sanitize("\xed\xa0\x80"), "\\xED\\xA0\\x80");           // surrogate
    EXPECT_EQ(sanitize("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // past U+10FFFF
    EXPECT_EQ(sanitize("\x80ok"), "\\x80ok");
}

TEST(Sanitize, cuts_at_a_character_boundary_and_marks_the_cut) {
    EXPECT_EQ(sanitize("abcdefgh", 8), "abcdefgh");
    EXPECT_EQ(sanitize("abcdefghi", 8), "abcde…");
    EXPECT_EQ(sanitize("ääääää", 8), "ää…");
    EXPECT_EQ(sanitize("ab\x1b\x1b", 8), "ab…");  // never inside an escape
}

TEST(Sanitize, never_exceeds_its_limit) {
    const std::string nasty = "x\x1b\u202E日🙂\xff\n"s;
    std::string repeated;
    for (int i = 0; i < 20; ++i)
        repeated += nasty;
    for (std::size_t limit = 0; limit < 120; ++limit) {
        const std::string out = sanitize(repeated, limit);
        EXPECT_LE(out.size(), limit);
        EXPECT_TRUE(holds_only_showable_bytes(out));
        EXPECT_EQ(sanitize(out, limit), out) << "a second pass changes nothing";
    }
}

TEST(Sanitize, every_pair_of_bytes_is_safe_and_stable) {
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const std::string out = sanitize(std::string{static_cast<char>(a), static_cast<char>(b)});
            ASSERT_TRUE(holds_only_showable_bytes(out));
            ASSERT_EQ(sanitize(out), out);
        }
    }
}

TEST(ShowWords, keep_no_password_of_a_url_that_stands_in_the_wrong_place) {
    EXPECT_EQ(quote_words("postgres://app:hunter2@db/x"), "'postgres://***'");
    EXPECT_EQ(show_words("postgres:/app:hunter2@db/x"), "postgres:***@db/x");  // a slash too few
    EXPECT_EQ(show_words("app:hun@ter2@db"), "app:***@db");
    EXPECT_EQ(show_words("app:hunter2@db=tcp://a"), "app:***@db=tcp://***");
    EXPECT_EQ(show_words("app:hunter2://x@db"), "app:***://***");
    EXPECT_EQ(show_words("/home/me@work/plumb.yaml"), "/home/me@work/plumb.yaml");
    EXPECT_EQ(quote_words("a\nb", 3), "'…'");
}

TEST(Text, lower_case_is_ascii_only) {
    EXPECT_EQ(to_lower("AbC-Ü"), "abc-Ü");
    EXPECT_TRUE(equals_ignore_case("ECONNREFUSED", "econnrefused"));
    EXPECT_FALSE(equals_ignore_case("abc", "abcd"));
}

TEST(Text, trim_takes_white_space_from_both_ends) {
    EXPECT_EQ(trim(" \t a b \r\n"), "a b");
    EXPECT_EQ(trim("   "), "");
}

TEST(Text, split_keeps_empty_parts) {
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Nearest, finds_a_typing_error) {
    const std::vector<std::string> keys{"interval", "timeout", "url", "targets"};
    EXPECT_EQ(nearest("intervall", keys), "interval");
    EXPECT_EQ(nearest("tiemout", keys), "timeout");
    EXPECT_EQ(nearest("TARGET", keys), "targets");
    EXPECT_EQ(nearest("ulr", keys), "url");
}

TEST(Nearest, proposes_nothing_far_away) {
    const std::vector<std::string> keys{"interval", "timeout", "url", "ca"};
    EXPECT_EQ(nearest("password", keys), "");
    EXPECT_EQ(nearest("x", keys), "");
    EXPECT_EQ(nearest("", keys), "");
    EXPECT_EQ(nearest(std::string(100'000, 'a'), keys), "");
}

}  // namespace
}  // namespace plumb
