#include "controller/ingest/incoming.hpp"

#include "model/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ingest {
namespace {

using testing::HasSubstr;

// A field of bytes, as protobuf writes it.
std::string field(int number, const std::string& bytes) {
    std::string out(1, static_cast<char>(number << 3 | 2));
    for (auto size = bytes.size();; size >>= 7U) {
        const auto low = static_cast<char>(size & 0x7FU);
        if (size < 0x80) return out + low + bytes;
        out += static_cast<char>(low | '\x80');
    }
}

std::string repeated(int number, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += field(number, "");
    return out;
}

constexpr int kWindow = v1::ReportRequest::kWindowFieldNumber;
constexpr int kHello = v1::ReportRequest::kHelloFieldNumber;
constexpr int kDependencies = v1::Window::kDependenciesFieldNumber;
const std::string kSequence7 = "\x08\x07";

TEST(Incoming, a_message_within_its_bounds_is_parsed) {
    const auto window = read_incoming(field(kWindow, kSequence7 + repeated(kDependencies, kMaxDependencies)));
    EXPECT_EQ(window.wrong, "");
    EXPECT_TRUE(window.window);
    EXPECT_EQ(window.request.window().dependencies_size(), static_cast<int>(kMaxDependencies));
    EXPECT_EQ(read_incoming("").request.message_case(), v1::ReportRequest::MESSAGE_NOT_SET);
    EXPECT_EQ(read_incoming(field(15, "of a newer agent")).wrong, "");
}

TEST(Incoming, what_repeats_beyond_its_bound_is_not_parsed_and_the_window_is_named) {
    using D = v1::WindowDependency;
    for (const auto& [number, most, name] : {std::tuple(D::kPhasesFieldNumber, kMaxPhases, "phases"),
                                             {D::kAddressesFieldNumber, kMaxAddresses, "addresses"},
                                             {D::kFailuresFieldNumber, kMaxFailures, "failures"},
                                             {D::kFactsFieldNumber, kMaxWindowFacts, "facts"},
                                             {D::kGaugesFieldNumber, kMaxGauges, "gauges"}}) {
        const auto with = [&, repeating = number](std::size_t times) {
            return read_incoming(
                field(kWindow, field(kDependencies, repeated(repeating, times)) + kSequence7));
        };
        EXPECT_EQ(with(most).wrong, "") << name;
        const auto more = with(most + 1);
        EXPECT_THAT(more.wrong, HasSubstr(name));
        EXPECT_EQ(more.request.message_case(), v1::ReportRequest::MESSAGE_NOT_SET);
        EXPECT_TRUE(more.window);
        EXPECT_EQ(more.sequence, 7u) << "also when the number comes last";
    }
    EXPECT_THAT(read_incoming(field(kWindow, repeated(kDependencies, kMaxDependencies + 1))).wrong,
                HasSubstr("dependencies"));
    const auto hello = read_incoming(field(kHello, repeated(v1::Hello::kLabelsFieldNumber, kMaxLabels + 1)));
    EXPECT_THAT(hello.wrong, HasSubstr("labels"));
    EXPECT_FALSE(hello.window);
}

TEST(Incoming, a_window_in_pieces_is_no_way_around_the_bounds) {
    const auto half = field(kWindow, repeated(kDependencies, kMaxDependencies));
    EXPECT_THAT(read_incoming(half + half).wrong, HasSubstr("window")) << "protobuf would join the two";
}

TEST(Incoming, what_is_no_message_is_told) {
    for (const std::string& bytes :
         {std::string("\xff\xff\xff\xff"), std::string("\x12"), std::string("\x12\x7f"),
          std::string("\x12\x02\x3a\x05"), std::string("\x0b\x0c"), std::string("\x00\x00", 2),
          std::string("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
          field(kWindow, field(kDependencies, "\x3a")), field(kWindow, "\x08")}) {
        const auto incoming = read_incoming(bytes);
        EXPECT_NE(incoming.wrong, "") << testing::PrintToString(bytes);
        EXPECT_FALSE(incoming.window);
    }
}

}  // namespace
}  // namespace plumb::ingest
