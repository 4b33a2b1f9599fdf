// Latency distribution in bounded memory: a base-2 exponential histogram at scale 5, 32 buckets an octave
// (γ = 2^(1/32), relative error of a quantile ≤ (γ−1)/(γ+1) ≈ 1.09 %), over 2^14 … 2^38 ns with clamping at
// both ends. It is the layout of OpenTelemetry exponential histograms at scale 5 and of Prometheus native
// histograms at schema 5, so it exports without loss. Reference: OpenTelemetry metrics data model,
// "ExponentialHistogram".
//
// merge() is exact, commutative and associative: any order and grouping gives the same bytes. Count, sum,
// minimum and maximum are exact. Counters saturate instead of wrapping, those of a bucket at kMostTimes: a
// comparison reads hundreds of thousands of sketches, so a bucket is one word. Not thread-safe.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

class Sketch {
  public:
    static constexpr int kScale = 5;
    static constexpr int kMinBucket = 14 * 32;      // lowest: everything ≤ 2^(14+1/32) ns
    static constexpr int kMaxBucket = 38 * 32 - 1;  // highest: everything above 2^(38−1/32) ns

    // Bucket i counts 2^(i/32) < ns ≤ 2^((i+1)/32).
    static int bucket_of(std::uint64_t ns);
    static double lower_bound(int bucket);  // ns
    static double upper_bound(int bucket);

    void add(std::chrono::nanoseconds value, std::uint64_t times = 1);  // negative counts as zero
    void merge(const Sketch& other);

    std::uint64_t count() const { return count_; }
    std::uint64_t sum_ns() const { return sum_; }
    std::uint64_t min_ns() const { return count_ == 0 ? 0 : min_; }
    std::uint64_t max_ns() const { return count_ == 0 ? 0 : max_; }
    bool empty() const { return count_ == 0; }

    // Nearest-rank quantile, q in [0, 1], in ns; the bucket's harmonic middle, never outside [min, max]; 0
    // when empty.
    double quantile(double q) const;
    // Several of them in one pass. REQUIRES: `ascending` ascends, and as many values.
    void quantiles(std::span<const double> ascending, std::span<double> values) const;
    // Share of values above `ns`, in [0, 1], to bucket precision.
    double share_above(double ns) const;

    static constexpr std::uint64_t kMostTimes = (std::uint64_t{1} << 52U) - 1;
    struct Bucket {
        std::int32_t index : 12;
        std::uint64_t times : 52;  // at least one
        friend bool operator==(const Bucket&, const Bucket&) = default;
    };
    static_assert(sizeof(Bucket) == 8 && kMaxBucket < 1 << 11);
    static Bucket bucket(int index, std::uint64_t times);  // REQUIRES: kMinBucket ≤ index ≤ kMaxBucket
    using Buckets = std::vector<Bucket>;                   // ascending
    const Buckets& buckets() const { return buckets_; }

    // Rebuilds from stored parts; refuses what no sequence of add() could have made (unsorted or out-of-range
    // indices, zero counts, extremes outside the outer buckets, a sum that they cannot have).
    static Result<Sketch> from_parts(std::uint64_t sum_ns, std::uint64_t min_ns, std::uint64_t max_ns,
                                     Buckets buckets);

    // Compact wire form: varints (LEB128) of sum, min, max−min, number of buckets, then for each bucket the
    // number of empty buckets since the one before (from kMinBucket for the first) and the count. The empty
    // sketch is the empty string. decode() refuses every non-canonical or over-long form, so equal sketches
    // have equal bytes and the reverse.
    std::string encode() const;
    static Result<Sketch> decode(std::string_view bytes);

    friend bool operator==(const Sketch&, const Sketch&) = default;

  private:
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t min_ = 0;
    std::uint64_t max_ = 0;
    Buckets buckets_;
};

}  // namespace plumb
