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
        "n m 7");
    EXPECT_EQ(only_value(257, {0, 5, 'i', 's', 's', 'u', 'e', 'c', 'a'}), "0 issue \"ca\"");
    EXPECT_EQ(only_value(99, {1, 2, 3}), "\\# 3");
}

TEST(DnsMessage, response_codes_have_their_names) {
    EXPECT_EQ(parse_message(Builder(3).header(0).question().bytes())->response_code, 3);
    EXPECT_EQ(response_code_text(3), "NXDOMAIN");
    EXPECT_EQ(response_code_text(5), "REFUSED");
    EXPECT_EQ(response_code_text(11), "RCODE 11");
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
    builder.header(200).question();
    for (int i = 0; i < 200; ++i)
        builder.record(1, {10, 0, 0, static_cast<unsigned char>(i)});
    const auto message = parse_message(builder.bytes());
    ASSERT_TRUE(message);
    EXPECT_EQ(message->answers.size(), 64U);
}

TEST(DnsMessage, random_and_mutated_bytes_never_break_it) {
    std::mt19937 random(20261123);
    const auto valid = Builder()
                           .header(4)
                           .question()
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
                ASSERT_LE(record.value.size(), 300U);
        }
    }
    EXPECT_GT(accepted, 0U);
    EXPECT_LT(accepted, 100'000U);
}

TEST(DnsMessage, types_are_read_in_any_case) {
    EXPECT_EQ(parse_type("aaaa"), 28);
    EXPECT_EQ(parse_type("CAA"), 257);
    EXPECT_EQ(parse_type("X"), std::nullopt);
    EXPECT_THAT(type_list(), testing::HasSubstr("SRV"));
}

}  // namespace
}  // namespace plumb::dns
