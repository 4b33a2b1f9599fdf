#include "model/sketch.hpp"

#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace plumb {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::string varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7U)
        out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    out.push_back(static_cast<char>(value));
    return out;
}

std::string bytes(std::initializer_list<std::uint64_t> numbers) {
    std::string out;
    for (const std::uint64_t number : numbers)
        out += varint(number);
    return out;
}

Sketch random_sketch(std::mt19937_64& random) {
    Sketch sketch;
    const auto count = random() % 60;
    for (std::uint64_t i = 0; i < count; ++i) {
        sketch.add(nanoseconds(static_cast<std::int64_t>(random() >> (1 + random() % 60))),
                   1 + random() % 500);
    }
    return sketch;
}

TEST(SketchWire, round_trips_and_equal_sketches_have_equal_bytes) {
    std::mt19937_64 random(17);
    for (int i = 0; i < 500; ++i) {
        const Sketch sketch = random_sketch(random);
        const auto again = Sketch::decode(sketch.encode());
        ASSERT_TRUE(again) << again.error().message;
        ASSERT_EQ(*again, sketch);
        ASSERT_EQ(again->encode(), sketch.encode());
    }
    EXPECT_EQ(Sketch().encode(), "");
    EXPECT_EQ(*Sketch::decode(""), Sketch());
}

TEST(SketchWire, has_the_documented_layout) {
    Sketch sketch;
    sketch.add(nanoseconds(16'384), 2);     // the lowest bucket
    sketch.add(nanoseconds(1 << 20), 300);  // bucket 639
    EXPECT_EQ(sketch.encode(), bytes({2ULL * 16'384 + 300 * (1ULL << 20U), 16'384, (1U << 20U) - 16'384, 2, 0,
                                      2, 639 - 448 - 1, 300}));
}

TEST(SketchWire, a_window_of_two_hundred_runs_is_small) {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> latency(15, 0.3);
    Sketch sketch;
    for (int i = 0; i < 200; ++i)
        sketch.add(nanoseconds(static_cast<std::int64_t>(latency(random))));
    EXPECT_LT(sketch.encode().size(), 200U);
}

TEST(SketchWire, every_non_canonical_form_is_refused) {
    const std::uint64_t v = 1 << 20;  // one value at 2^20 is bucket 639, gap 191
    ASSERT_TRUE(Sketch::decode(bytes({v, v, 0, 1, 191, 1})));
    const std::vector<std::pair<const char*, std::string>> forms{
        {"left-over bytes", bytes({v, v, 0, 1, 191, 1, 0})},
        {"no buckets", bytes({0, 0, 0, 0})},
        {"fewer buckets than said", bytes({v, v, 0, 2, 191, 1})},
        {"more buckets than there are", bytes({v, v, 0, 769, 191, 1})},
        {"a huge number of buckets", bytes({v, v, 0, kMost, 191, 1})},
        {"an empty bucket", bytes({v, v, 0, 1, 191, 0})},
        {"an index past the end", bytes({v, v, 0, 1, 768, 1})},
        {"a gap that wraps", bytes({v, v, 0, 1, kMost, 1})},
        {"indices that run past the end", bytes({2 * v, v, 0, 2, 191, 1, 576, 1})},
        {"a minimum outside the first bucket", bytes({v, v + 1, 0, 1, 191, 1})},
        {"a maximum outside the last bucket", bytes({2 * v + 50'000, v, 50'000, 1, 191, 2})},
        {"a maximum past 64 bits", bytes({v, v, kMost, 1, 191, 1})},
        {"a value no duration can have", bytes({kMost, kMost, 0, 1, 767, 1})},
        {"two extremes of one value", bytes({v, v - 1, 1, 1, 191, 1})},
        {"a sum below", bytes({v - 1, v, 0, 1, 191, 1})},
        {"a sum above", bytes({v + 1, v, 0, 1, 191, 1})},
        {"a sum that its three values cannot have", bytes({3 * v, v - 1, 1, 1, 191, 3})},
    };
    for (const auto& [what, form] : forms)
        EXPECT_FALSE(Sketch::decode(form)) << what;
}

TEST(SketchWire, numbers_longer_than_needed_are_refused) {
    const std::string good = bytes({1 << 20, 1 << 20, 0, 1, 191, 1});
    ASSERT_TRUE(Sketch::decode(good));
    std::string padded = good;
    padded.back() = '\x81';
    padded.push_back('\0');
    EXPECT_FALSE(Sketch::decode(padded)) << "1 written in two bytes";
    EXPECT_FALSE(Sketch::decode(std::string(9, '\xff') + '\x02')) << "more than 64 bits";
    EXPECT_FALSE(Sketch::decode(std::string(100, '\xff')));
    EXPECT_FALSE(Sketch::decode(std::string(100, '\x80')));
}

TEST(SketchWire, truncated_bytes_are_refused) {
    std::mt19937_64 random(23);
    for (int i = 0; i < 50; ++i) {
        const std::string whole = random_sketch(random).encode();
        for (std::size_t length = 1; length < whole.size(); ++length) {
            ASSERT_FALSE(Sketch::decode(std::string_view(whole).substr(0, length)));
        }
    }
}

// Whatever decode() accepts is a sketch that encodes to the very bytes it came from.
void expect_refused_or_canonical(const std::string& form) {
    const auto sketch = Sketch::decode(form);
    if (!sketch) return;
    ASSERT_EQ(sketch->encode(), form);
    ASSERT_LE(sketch->quantile(0.5), static_cast<double>(sketch->max_ns()));
}

TEST(SketchWire, flipped_bits_are_refused_or_give_another_canonical_sketch) {
    std::mt19937_64 random(29);
    for (int i = 0; i < 30; ++i) {
        const std::string whole = random_sketch(random).encode();
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            std::string flipped = whole;
            flipped[bit / 8] =
                static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1U << (bit % 8)));
            expect_refused_or_canonical(flipped);
        }
    }
}

TEST(SketchWire, random_bytes_never_crash) {
    std::mt19937_64 random(31);
    for (int i = 0; i < 100'000; ++i) {
        std::string noise(random() % 40, '\0');
        for (char& byte : noise)
            byte = static_cast<char>(random() % (i % 2 == 0 ? 256 : 4));
        expect_refused_or_canonical(noise);
    }
}

TEST(SketchParts, unsorted_or_doubled_buckets_are_refused) {
    EXPECT_TRUE(Sketch::from_parts(3'000'000, 1'000'000, 2'000'000, {{637, 1}, {669, 1}}));
    EXPECT_FALSE(Sketch::from_parts(3'000'000, 1'000'000, 2'000'000, {{669, 1}, {637, 1}}));
    EXPECT_FALSE(Sketch::from_parts(2'000'000, 1'000'000, 1'000'000, {{637, 1}, {637, 1}}));
    EXPECT_FALSE(Sketch::from_parts(1, 1, 1, {{447, 1}}));
    EXPECT_FALSE(Sketch::from_parts(1, 1, 1, {{1216, 1}}));
    EXPECT_FALSE(Sketch::from_parts(1, 0, 0, {}));
    EXPECT_TRUE(Sketch::from_parts(0, 0, 0, {}));
}

}  // namespace
}  // namespace plumb
