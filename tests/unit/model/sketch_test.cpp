#include "model/sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using std::chrono::nanoseconds;
using Big = boost::multiprecision::cpp_int;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr double kError = 0.01084;  // (γ − 1) / (γ + 1), rounded up

nanoseconds ns(std::uint64_t value) {
    return nanoseconds(static_cast<std::int64_t>(value));
}

// The definition itself, in exact arithmetic: ns ≤ 2^(b/32) exactly if ns^32 ≤ 2^b.
bool at_most_boundary(std::uint64_t value, int boundary) {
    return pow(Big(value), 32U) <= (Big(1) << static_cast<unsigned>(boundary));
}

void expect_exact_bucket(std::uint64_t value) {
    const int bucket = Sketch::bucket_of(value);
    ASSERT_GE(bucket, Sketch::kMinBucket);
    ASSERT_LE(bucket, Sketch::kMaxBucket);
    if (bucket > Sketch::kMinBucket) {
        ASSERT_FALSE(at_most_boundary(value, bucket)) << value;
    }
    if (bucket < Sketch::kMaxBucket) {
        ASSERT_TRUE(at_most_boundary(value, bucket + 1)) << value;
    }
}

// The largest whole number at most 2^(b/32).
std::uint64_t floor_of_boundary(int boundary) {
    std::uint64_t low = 1;
    std::uint64_t high = std::uint64_t{1} << 40U;
    while (low < high) {
        const std::uint64_t middle = low + (high - low + 1) / 2;
        if (at_most_boundary(middle, boundary)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

TEST(SketchBuckets, every_edge_is_exact) {
    for (int boundary = Sketch::kMinBucket + 1; boundary <= Sketch::kMaxBucket; ++boundary) {
        const std::uint64_t edge = floor_of_boundary(boundary);
        EXPECT_EQ(Sketch::bucket_of(edge), boundary - 1);
        EXPECT_EQ(Sketch::bucket_of(edge + 1), boundary);
    }
}

TEST(SketchBuckets, powers_of_two_close_their_octave) {
    for (unsigned k = 15; k <= 38; ++k) {
        const std::uint64_t power = std::uint64_t{1} << k;
        EXPECT_EQ(Sketch::bucket_of(power), static_cast<int>(k) * 32 - 1);
        EXPECT_EQ(Sketch::bucket_of(power + 1), std::min(static_cast<int>(k) * 32, Sketch::kMaxBucket));
        EXPECT_EQ(Sketch::bucket_of(power - 1), static_cast<int>(k) * 32 - 1);
    }
}

TEST(SketchBuckets, both_ends_are_clamped) {
    for (const std::uint64_t small :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{16383}, std::uint64_t{16384}}) {
        EXPECT_EQ(Sketch::bucket_of(small), Sketch::kMinBucket);
    }
    for (const std::uint64_t large : {std::uint64_t{1} << 38U, std::uint64_t{1} << 63U, kMost}) {
        EXPECT_EQ(Sketch::bucket_of(large), Sketch::kMaxBucket);
    }
}

TEST(SketchBuckets, random_values_obey_the_definition) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i)
        expect_exact_bucket((random() >> (random() % 64)) | 1U);
}

TEST(SketchBuckets, bounds_enclose_their_bucket) {
    for (int bucket = Sketch::kMinBucket; bucket <= Sketch::kMaxBucket; ++bucket) {
        EXPECT_LT(Sketch::lower_bound(bucket), Sketch::upper_bound(bucket));
        EXPECT_EQ(Sketch::upper_bound(bucket), Sketch::lower_bound(bucket + 1));
        const auto middle =
            static_cast<std::uint64_t>((Sketch::lower_bound(bucket) + Sketch::upper_bound(bucket)) / 2);
        EXPECT_EQ(Sketch::bucket_of(middle), bucket);
    }
    EXPECT_EQ(Sketch::lower_bound(Sketch::kMinBucket), 16384.0);
    EXPECT_EQ(Sketch::upper_bound(Sketch::kMaxBucket), 274877906944.0);
}

// Every quantile against the sorted values themselves.
void expect_quantiles_within_bound(std::vector<std::uint64_t> values, const char* what) {
    Sketch sketch;
    for (const std::uint64_t value : values)
        sketch.add(ns(value));
    std::sort(values.begin(), values.end());
    for (int step = 0; step <= 1000; ++step) {
        const auto rank =
            std::max<std::size_t>((values.size() * static_cast<std::size_t>(step) + 999) / 1000, 1);
        const auto truth = static_cast<double>(values[rank - 1]);
        const double seen = sketch.quantile(step / 1000.0);
        ASSERT_LE(std::abs(seen - truth), kError * truth + 1e-6) << what << ", quantile " << step << "/1000";
    }
    EXPECT_EQ(sketch.min_ns(), values.front());
    EXPECT_EQ(sketch.max_ns(), values.back());
    EXPECT_EQ(sketch.sum_ns(), std::accumulate(values.begin(), values.end(), std::uint64_t{0}));
    EXPECT_EQ(sketch.count(), values.size());
}

TEST(SketchQuantiles, values_at_bucket_edges) {
    std::vector<std::uint64_t> values;
    for (int boundary = Sketch::kMinBucket + 1; boundary < Sketch::kMaxBucket; boundary += 3) {
        const std::uint64_t edge = floor_of_boundary(boundary);
        values.insert(values.end(), {edge, edge + 1});
    }
    expect_quantiles_within_bound(values, "edges");
}

TEST(SketchQuantiles, several_in_one_pass_are_the_same_as_one_by_one) {
    Sketch sketch;
    for (int i = 1; i <= 200; ++i)
        sketch.add(ns(static_cast<std::uint64_t>(i) * 37'000), i % 3 + 1);
    const std::array<double, 6> shares{0, 0.001, 0.5, 0.5, 0.9, 1};
    std::array<double, 6> values{};
    sketch.quantiles(shares, values);
    for (std::size_t i = 0; i < shares.size(); ++i)
        EXPECT_EQ(values.at(i), sketch.quantile(shares.at(i))) << shares.at(i);
    EXPECT_LT(values[2], values[4]);
    Sketch().quantiles(shares, values);
    EXPECT_EQ(values, (std::array<double, 6>{}));
}

TEST(SketchQuantiles, two_points_far_apart) {
    for (const std::size_t low : {1U, 50U, 99U}) {
        std::vector<std::uint64_t> values(100, 200'000'000'000);
        std::fill_n(values.begin(), low, 20'000);
        expect_quantiles_within_bound(values, "two points");
    }
}

TEST(SketchQuantiles, a_geometric_series_over_the_whole_range) {
    std::vector<std::uint64_t> values;
    for (double value = 16'400; value < 2.7e11; value *= 1.0007)
        values.push_back(static_cast<std::uint64_t>(value));
    expect_quantiles_within_bound(values, "geometric");
}

TEST(SketchQuantiles, duplicates_and_single_values) {
    expect_quantiles_within_bound({1'000'000}, "one");
    expect_quantiles_within_bound(std::vector<std::uint64_t>(1000, 1'048'576), "all at a power of two");
    expect_quantiles_within_bound(std::vector<std::uint64_t>(1000, 1'048'577), "all just above it");
}

TEST(SketchQuantiles, heavy_tails) {
    std::mt19937_64 random(11);
    std::lognormal_distribution<double> body(std::log(3e6), 1.5);
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::uint64_t>(std::clamp(body(random), 16'400.0, 2.7e11)));
    }
    expect_quantiles_within_bound(values, "log-normal");
}

TEST(SketchQuantiles, never_leave_minimum_and_maximum) {
    Sketch sketch;
    for (const std::uint64_t value : {3U, 5U, 7U})
        sketch.add(ns(value));  // all under the range
    sketch.add(ns(kMost / 2));  // and one above it
    for (double q = 0; q <= 1; q += 0.05) {
        EXPECT_GE(sketch.quantile(q), 3.0);
        EXPECT_LE(sketch.quantile(q), static_cast<double>(kMost) / 2);
    }
    Sketch fast;
    fast.add(ns(10), 5);
    EXPECT_EQ(fast.quantile(0.5), 10);
}

TEST(SketchQuantiles, odd_arguments_are_harmless) {
    Sketch sketch;
    EXPECT_EQ(sketch.quantile(0.5), 0);
    EXPECT_EQ(sketch.share_above(1), 0);
    sketch.add(ns(1'000'000));
    sketch.add(ns(9'000'000));
    EXPECT_EQ(sketch.quantile(-1), sketch.quantile(0));
    EXPECT_EQ(sketch.quantile(2), sketch.quantile(1));
    EXPECT_EQ(sketch.quantile(std::nan("")), sketch.quantile(0));
    EXPECT_EQ(sketch.share_above(std::nan("")), 0);
    EXPECT_EQ(sketch.share_above(-5), 1);
    EXPECT_EQ(sketch.share_above(1e300), 0);
}

TEST(SketchQuantiles, a_rank_that_binary_cannot_write_is_not_rounded_up) {
    Sketch sketch;  // 100 values, each in a bucket of its own
    for (int i = 0; i < 100; ++i)
        sketch.add(ns(static_cast<std::uint64_t>(100'000 * std::pow(1.05, i))));
    for (int percent = 1; percent <= 100; ++percent) {
        const double truth = std::floor(100'000 * std::pow(1.05, percent - 1));
        EXPECT_NEAR(sketch.quantile(percent / 100.0), truth, truth * kError) << percent;
    }
}

TEST(Sketch, share_above_counts_whole_buckets) {
    Sketch sketch;
    sketch.add(ns(1'000'000), 30);
    sketch.add(ns(2'000'000), 60);
    sketch.add(ns(8'000'000), 10);
    EXPECT_DOUBLE_EQ(sketch.share_above(500'000), 1);
    EXPECT_DOUBLE_EQ(sketch.share_above(1'500'000), 0.7);
    EXPECT_DOUBLE_EQ(sketch.share_above(4'000'000), 0.1);
    EXPECT_DOUBLE_EQ(sketch.share_above(8'000'000), 0);
}

TEST(Sketch, negative_durations_count_as_zero_and_none_as_nothing) {
    Sketch sketch;
    sketch.add(nanoseconds(-5));
    sketch.add(nanoseconds::min());
    EXPECT_EQ(sketch.max_ns(), 0U);
    EXPECT_EQ(sketch.count(), 2U);
    Sketch none;
    none.add(nanoseconds(5), 0);
    EXPECT_EQ(none, Sketch());
}

TEST(Sketch, adding_many_at_once_equals_adding_each) {
    Sketch one;
    Sketch each;
    one.add(ns(123'456), 1000);
    for (int i = 0; i < 1000; ++i)
        each.add(ns(123'456));
    EXPECT_EQ(one, each);
}

TEST(Sketch, memory_is_bounded_by_the_number_of_buckets) {
    Sketch sketch;
    std::mt19937_64 random(3);
    for (int i = 0; i < 200'000; ++i)
        sketch.add(nanoseconds(static_cast<std::int64_t>(random() >> (1 + random() % 60))));
    EXPECT_LE(sketch.buckets().size(), static_cast<std::size_t>(Sketch::kMaxBucket - Sketch::kMinBucket + 1));
}

TEST(SketchMerge, any_order_and_grouping_gives_the_same_bytes) {
    std::mt19937_64 random(5);
    std::vector<Sketch> parts(24);
    Sketch whole;
    for (Sketch& part : parts) {
        const auto count = random() % 200;  // some parts stay empty
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto value = nanoseconds(static_cast<std::int64_t>(random() >> (1 + random() % 60)));
            const std::uint64_t times = 1 + random() % 3;
            part.add(value, times);
            whole.add(value, times);
        }
    }
    const std::string bytes = whole.encode();
    for (int round = 0; round < 50; ++round) {
        std::vector<Sketch> heap = parts;
        while (heap.size() > 1) {  // merge two at random until one is left
            std::shuffle(heap.begin(), heap.end(), random);
            heap[heap.size() - 2].merge(heap.back());
            heap.pop_back();
        }
        ASSERT_EQ(heap.front(), whole);
        ASSERT_EQ(heap.front().encode(), bytes);
    }
}

TEST(SketchMerge, the_empty_sketch_changes_nothing) {
    Sketch sketch;
    sketch.add(ns(5'000'000), 3);
    const Sketch before = sketch;
    sketch.merge(Sketch());
    EXPECT_EQ(sketch, before);
    Sketch empty;
    empty.merge(before);
    EXPECT_EQ(empty, before);
    empty.merge(empty);
    EXPECT_EQ(empty.count(), 6U);
}

TEST(SketchMerge, counters_saturate_in_any_order) {
    Sketch huge;
    huge.add(ns(1'000'000), Sketch::kMostTimes - 1);
    Sketch other;
    other.add(ns(1'000'000), 5);
    other.add(ns(64'000'000), kMost);
    Sketch a = huge;
    a.merge(other);
    Sketch b = other;
    b.merge(huge);
    EXPECT_EQ(a, b);
    EXPECT_EQ(a.count(), 2 * Sketch::kMostTimes);
    EXPECT_EQ(a.sum_ns(), kMost);
    EXPECT_EQ(a.buckets()[0].times, Sketch::kMostTimes);
    EXPECT_EQ(*Sketch::decode(a.encode()), a);
    EXPECT_GT(a.quantile(0.5), 0);
    EXPECT_LE(a.share_above(2'000'000), 1);
}

}  // namespace
}  // namespace plumb
