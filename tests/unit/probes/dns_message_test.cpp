#include "probes/dns/message.hpp"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::dns {
namespace {

using Bytes = std::vector<unsigned char>;

class Builder {
  public:
    explicit Builder(int code = 0) { put({0x12, 0x34, 0x81, static_cast<unsigned char>(0x80 | code), 0, 1}); }
    Builder& header(int answers) { return put({0, static_cast<unsigned char>(answers), 0, 0, 0, 0}); }
    Builder& question() { return name("db.example").put({0, 1, 0, 1}); }
    Builder& record(int type, const Bytes& data, unsigned char ttl = 60) {
        put({0xc0, 0x0c, static_cast<unsigned char>(type >> 8), static_cast<unsigned char>(type & 255), 0,
             1});
        put({0, 0, 0, ttl, static_cast<unsigned char>(data.size() >> 8),
             static_cast<unsigned char>(data.size())});
        return put(data);
    }
    Builder& name(const std::string& text) {
        std::size_t at = 0;
        while (at < text.size()) {
            const auto dot = std::min(text.find('.', at), text.size());
            put({static_cast<unsigned char>(dot - at)});
            for (; at < dot; ++at)
                bytes_.push_back(static_cast<unsigned char>(text[at]));
            ++at;
        }
        return put({0});
    }
    Builder& put(const Bytes& more) {
        bytes_.insert(bytes_.end(), more.begin(), more.end());
        return *this;
    }
    const Bytes& bytes() const { return bytes_; }

  private:
    Bytes bytes_;
};

std::string only_value(int type, const Bytes& data) {
    const auto message = parse_message(Builder().header(1).question().record(type, data).bytes());
    if (!message || message->answers.size() != 1) return "no record";
    return message->answers[0].value;
}

TEST(DnsMessage, answer_is_read_with_its_name_type_and_time_to_live) {
    const auto message = parse_message(Builder().header(1).question().record(1, {10, 0, 1, 7}, 42).bytes());
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->is_response);
    EXPECT_EQ(message->response_code, 0);
    ASSERT_EQ(message->answers.size(), 1U);
    EXPECT_EQ(message->answers[0].name, "db.example");
    EXPECT_EQ(message->answers[0].type, kTypeA);
    EXPECT_EQ(message->answers[0].ttl, 42U);
    EXPECT_EQ(message->answers[0].value, "10.0.1.7");
}

TEST(DnsMessage, every_type_that_can_be_asked_for_is_readable) {
    EXPECT_EQ(only_value(28, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), "2001:db8::1");
    EXPECT_EQ(only_value(5, {1, 'x', 0xc0, 0x0c}), "x.db.example");
    EXPECT_EQ(only_value(2, {2, 'n', 's', 0}), "ns");
    EXPECT_EQ(only_value(12, {1, 'p', 0}), "p");
    EXPECT_EQ(only_value(15, {0, 10, 1, 'm', 0}), "10 m");
    EXPECT_EQ(only_value(33, {0, 1, 0, 2, 0x14, 0xeb, 1, 's', 0}), "1 2 5355 s");
    EXPECT_EQ(only_value(16, {2, 'a', 'b', 1, 'c'}), "\"ab\" \"c\"");
    EXPECT_EQ(
        only_value(6, {1, 'n', 0, 1, 'm', 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
        "n m 7 0 0 0 0");
    EXPECT_EQ(only_value(257, {0, 5, 'i', 's', 's', 'u', 'e', 'c', 'a'}), "0 issue \"ca\"");
    EXPECT_EQ(only_value(99, {1, 2, 0xab}), "\\# 3 0102ab");
    EXPECT_EQ(only_value(99, {}), "\\# 0");
}

// Else an address of mail (SOA) would look like another one.
TEST(DnsMessage, a_dot_inside_a_label_is_told_from_one_between_labels) {
    EXPECT_EQ(only_value(2, {3, 'a', '.', 'b', 1, 'c', 0}), R"(a\.b.c)");
    EXPECT_EQ(only_value(2, {2, 'a', '\\', 0}), R"(a\\)");
}

// It is held against what is expected, which is not cut either.
TEST(DnsMessage, a_long_text_is_kept_whole) {
    Bytes data;
    std::string text;
    for (int i = 0; i < 4; ++i) {
        data.push_back(250);
        data.insert(data.end(), 250, 'k');
        text += (i == 0 ? "\"" : " \"") + std::string(250, 'k') + '"';
    }
    EXPECT_EQ(only_value(16, data), text);
}

TEST(DnsMessage, response_codes_have_their_names) {
    EXPECT_EQ(parse_message(Builder(3).header(0).question().bytes())->response_code, 3);
    EXPECT_EQ(response_code_text(3), "NXDOMAIN");
    EXPECT_EQ(response_code_text(5), "REFUSED");
    EXPECT_EQ(response_code_text(11), "RCODE 11");
    EXPECT_EQ(parse_response_code("nxdomain"), 3);
    EXPECT_EQ(parse_response_code("RCODE"), std::nullopt);
}

TEST(DnsMessage, flags_of_the_header_are_read) {
    auto bytes = Builder().header(0).question().bytes();
    EXPECT_FALSE(parse_message(bytes)->authoritative);
    EXPECT_FALSE(parse_message(bytes)->authentic);
    bytes[2] |= 0x04;
    bytes[3] |= 0x20;
    EXPECT_TRUE(parse_message(bytes)->authoritative);
    EXPECT_TRUE(parse_message(bytes)->authentic);
}

// RFC 9460, appendix D: the parameters in presentation form.
TEST(DnsMessage, service_parameters_are_shown_as_a_zone_file_shows_them) {
    EXPECT_EQ(only_value(65, {0, 0, 3, 'f', 'o', 'o', 0}), "0 foo");
    EXPECT_EQ(only_value(65, {0, 1, 0}), "1 .");
    EXPECT_EQ(only_value(65, {0, 16, 0, 0, 1, 0, 6, 2, 'h', '2', 2, 'h', '3', 0, 3, 0, 2, 0x20, 0xfb}),
              "16 . alpn=h2,h3 port=8443");
    EXPECT_EQ(only_value(64, {0, 1, 0, 0, 0, 0, 4, 0, 1, 0, 4, 0, 4, 0, 8, 10, 0, 0, 1, 10, 0, 0, 2}),
              "1 . mandatory=alpn,ipv4hint ipv4hint=10.0.0.1,10.0.0.2");
    EXPECT_EQ(only_value(65, {0,    1, 0, 0, 2, 0, 0, 0, 6, 0, 16, 0x20, 1, 0xd,
                              0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,    1}),
              "1 . no-default-alpn ipv6hint=2001:db8::1");
    EXPECT_EQ(only_value(65, {0, 1, 0, 0, 5, 0, 1, 7, 2, 0x9b, 0, 3, 'a', '"', 0xd2}),
              R"(1 . key5="\007" key667="a\"\210")");
}

TEST(DnsMessage, service_parameters_that_do_not_fit_are_refused) {
    EXPECT_EQ(only_value(65, {0, 1, 0, 0, 3, 0, 1, 80}), "no record");        // half a port
    EXPECT_EQ(only_value(65, {0, 1, 0, 0, 3, 0, 3, 0, 80, 0}), "no record");  // a port of three bytes
    EXPECT_EQ(only_value(65, {0, 1, 0, 0, 4, 0, 3, 10, 0, 0}), "no record");  // three quarters of an address
    EXPECT_EQ(only_value(65, {0, 1, 0, 0, 1, 0, 2, 9, 'h'}), "no record");    // a name longer than its value
    EXPECT_EQ(only_value(65, {0, 1, 0, 0, 1, 0, 200, 'h'}), "no record");  // a value longer than the record
}

Followed followed(const Builder& builder, int type = kTypeA) {
    return follow(parse_message(builder.bytes()).value(), type);
}

TEST(DnsMessage, only_records_on_the_way_from_the_question_answer_it) {
    Builder builder;
    builder.header(4).question().record(5, {1, 'x', 0xc0, 0x0c}, 9);
    builder.name("X.db.EXAMPLE").put({0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1});
    builder.name("elsewhere.example").put({0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 0, 0, 2});
    builder.name("x.db.example").put({0, 28, 0, 1, 0, 0, 0, 1, 0, 16}).put(Bytes(16, 0));
    const auto way = followed(builder);
    EXPECT_THAT(way.aliases, testing::ElementsAre("x.db.example"));
    ASSERT_EQ(way.records.size(), 1U);
    EXPECT_EQ(way.records[0].value, "10.0.0.1");
    EXPECT_EQ(way.ttl, 9U);
    EXPECT_EQ(followed(builder, kTypeCname).records.at(0).value, "x.db.example");
}

TEST(DnsMessage, records_of_another_name_alone_are_no_answer) {
    Builder builder;
    builder.header(1).question();
    builder.name("other.example").put({0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1});
    EXPECT_TRUE(followed(builder).records.empty());
    EXPECT_FALSE(followed(builder).ttl);
}

TEST(DnsMessage, aliases_in_a_circle_come_to_an_end) {
    const auto way = followed(Builder().header(1).question().record(5, {0xc0, 0x0c}));
    EXPECT_TRUE(way.loop);
    EXPECT_TRUE(way.records.empty());
}

TEST(DnsMessage, pointers_that_do_not_lead_backwards_are_refused) {
    EXPECT_FALSE(parse_message(Builder().header(1).put({0xc0, 0x0c, 0, 1, 0, 1}).bytes()));  // to itself
    EXPECT_FALSE(parse_message(Builder().header(1).put({0xc0, 0x20, 0, 1, 0, 1}).bytes()));  // forward
    // Two labels that point at each other.
    EXPECT_FALSE(
        parse_message(Builder().header(0).put({1, 'a', 0xc0, 0x10, 1, 'b', 0xc0, 0x0c, 0, 1, 0, 1}).bytes()));
}

TEST(DnsMessage, a_name_over_255_bytes_is_refused) {
    Builder builder;
    builder.header(0);
    for (int i = 0; i < 5; ++i) {
        builder.put({63});
        builder.put(Bytes(63, 'a'));
    }
    EXPECT_FALSE(parse_message(builder.put({0, 0, 1, 0, 1}).bytes()));
}

TEST(DnsMessage, data_that_ends_before_its_record_does_is_refused) {
    auto bytes = Builder().header(1).question().record(1, {10, 0, 1, 7}).bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(parse_message(std::span(bytes).first(size))) << size;
    }
}

TEST(DnsMessage, a_name_that_leaves_its_record_is_refused) {
    // The data says one byte; the name in it goes on into the next record.
    EXPECT_FALSE(
        parse_message(Builder().header(1).question().record(5, {3}).put({'a', 'b', 'c', 0}).bytes()));
}

TEST(DnsMessage, an_address_of_the_wrong_length_is_refused) {
    EXPECT_FALSE(parse_message(Builder().header(1).question().record(1, {10, 0, 1, 7, 9}).bytes()));
    EXPECT_FALSE(parse_message(Builder().header(1).question().record(1, {}).bytes()));
    EXPECT_FALSE(parse_message(Builder().header(1).question().record(28, {10, 0, 1, 7}).bytes()));
}

TEST(DnsMessage, control_characters_of_the_peer_are_escaped) {
    EXPECT_EQ(only_value(16, {2, 0x1b, '['}).find('\x1b'), std::string::npos);
    EXPECT_EQ(only_value(5, {2, 0x0a, 'x', 0}).find('\n'), std::string::npos);
}

TEST(DnsMessage, kept_records_are_bounded) {
    Builder builder;
    builder.header(255).question();
    for (int i = 0; i < 600; ++i)
        builder.record(1, {10, 0, 0, static_cast<unsigned char>(i)});
    auto bytes = builder.bytes();
    bytes[6] = 2;  // 2 * 256 + 255 records
    const auto message = parse_message(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->answers.size(), kMaxRecords);
}

TEST(DnsMessage, random_and_mutated_bytes_never_break_it) {
    std::mt19937 random(20261123);
    const auto valid =
        Builder()
            .header(5)
            .question()
            .record(65, {0, 16, 0, 0, 1, 0, 3, 2, 'h', '2', 0, 4, 0, 4, 10, 0, 0, 1, 0, 9, 0, 1, 'x'})
            .record(5, {1, 'x', 0xc0, 0x0c})
            .record(33, {0, 1, 0, 2, 0x14, 0xeb, 1, 's', 0})
            .record(16, {2, 'a', 'b', 1, 'c'})
            .record(257, {0, 5, 'i', 's', 's', 'u', 'e', 'c', 'a'})
            .bytes();
    std::size_t accepted = 0;
    for (int round = 0; round < 100'000; ++round) {
        auto bytes = valid;
        const auto changes = 1 + random() % 6;
        for (unsigned i = 0; i < changes; ++i)
            bytes[random() % bytes.size()] = static_cast<unsigned char>(random());
        bytes.resize(random() % 4 == 0 ? random() % (bytes.size() + 1) : bytes.size());
        if (const auto message = parse_message(bytes)) {
            ++accepted;
            for (const auto& record : message->answers)
                ASSERT_LE(record.value.size(), kMaxValue);
            for (const int type : {kTypeA, kTypeCname, kTypeHttps})
                follow(*message, type);
        }
    }
    EXPECT_GT(accepted, 0U);
    EXPECT_LT(accepted, 100'000U);
}

TEST(DnsMessage, types_are_read_in_any_case) {
    EXPECT_EQ(parse_type("aaaa"), 28);
    EXPECT_EQ(parse_type("CAA"), 257);
    EXPECT_EQ(parse_type("https"), 65);
    EXPECT_EQ(parse_type("type99"), 99);
    EXPECT_EQ(type_text(99), "TYPE99");
    EXPECT_EQ(type_text(*parse_type("TYPE65")), "HTTPS");
    // A transfer of a zone, "any", what belongs to the protocol, and no numbers.
    for (const char* none : {"X", "", "TYPE", "TYPE0", "TYPE41", "TYPE252", "TYPE255", "TYPE65536", "TYPE-1"})
        EXPECT_EQ(parse_type(none), std::nullopt) << none;
    EXPECT_THAT(type_list(), testing::HasSubstr("SRV"));
}

}  // namespace
}  // namespace plumb::dns
