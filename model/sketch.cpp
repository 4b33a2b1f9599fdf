#include "model/sketch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace plumb {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kLargestValue = std::numeric_limits<std::int64_t>::max();  // what add() can be given
constexpr int kPerOctave = 1 << Sketch::kScale;

// floor(2^(63 + j/32)): the boundaries inside an octave with all 64 bits. For a whole number n and its top
// bit k, n ≤ 2^(k + j/32) exactly if n shifted up by 63 − k is at most entry j, so no rounding of a logarithm
// can move a value at an edge into the neighbouring bucket.
constexpr std::array<std::uint64_t, kPerOctave> kBoundaries{
    // clang-format off
    0x8000000000000000, 0x82cd8698ac2ba1d7, 0x85aac367cc487b14, 0x88980e8092da8527,
    0x8b95c1e3ea8bd6e6, 0x8ea4398b45cd53c0, 0x91c3d373ab11c336, 0x94f4efa8fef70961,
    0x9837f0518db8a96f, 0x9b8d39b9d54e5538, 0x9ef5326091a111ad, 0xa27043030c496818,
    0xa5fed6a9b15138ea, 0xa9a15ab4ea7c0ef8, 0xad583eea42a14ac6, 0xb123f581d2ac258f,
    0xb504f333f9de6484, 0xb8fbaf4762fb9ee9, 0xbd08a39f580c36be, 0xc12c4cca66709456,
    0xc5672a115506dadd, 0xc9b9bd866e2f27a2, 0xce248c151f8480e3, 0xd2a81d91f12ae45a,
    0xd744fccad69d6af4, 0xdbfbb797daf23755, 0xe0ccdeec2a94e111, 0xe5b906e77c8348a8,
    0xeac0c6e7dd24392e, 0xefe4b99bdcdaf5cb, 0xf5257d152486cc2c, 0xfa83b2db722a033a,
    // clang-format on
};

std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
    return b > kMost - a ? kMost : a + b;
}

std::uint64_t multiply_saturating(std::uint64_t a, std::uint64_t b) {
    return a != 0 && b > kMost / a ? kMost : a * b;
}

// Cannot wrap: there are fewer than 2^10 buckets.
std::uint64_t total(const Sketch::Buckets& buckets) {
    std::uint64_t count = 0;
    for (const auto& [index, times] : buckets)
        count += times;
    return count;
}

// The least and the greatest sum that values (at least one) in these buckets can have, whose extremes are
// `min` and `max`.
std::pair<std::uint64_t, std::uint64_t> sum_range(const Sketch::Buckets& buckets, std::uint64_t min,
                                                  std::uint64_t max) {
    const std::uint64_t count = total(buckets);
    if (count == 1) return {min, max};
    const std::uint64_t least = add_saturating(max, multiply_saturating(count - 1, min));
    // A saturated bucket stands for any number of values.
    const bool saturated = std::any_of(buckets.begin(), buckets.end(), [](const Sketch::Bucket& each) {
        return each.times == Sketch::kMostTimes;
    });
    if (saturated) return {least, max == 0 ? 0 : kMost};
    return {least, add_saturating(min, multiply_saturating(count - 1, max))};
}

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
        value >>= 7U;
    }
    out.push_back(static_cast<char>(value));
}

// Refuses what append_varint would have written shorter, and what does not fit in 64 bits.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    constexpr std::size_t kLongest = 10;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size() && i < kLongest; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const std::uint64_t part = byte & 0x7FU;
        if (i == kLongest - 1 && part > 1) return std::nullopt;
        value |= part << (7 * i);
        if ((byte & 0x80U) != 0) continue;
        if (byte == 0 && i > 0) return std::nullopt;
        bytes.remove_prefix(i + 1);
        return value;
    }
    return std::nullopt;
}

Error malformed(const char* what) {
    return Error{"sketch: ", what};
}

}  // namespace

Sketch::Bucket Sketch::bucket(int index, std::uint64_t times) {
    Bucket out{};
    out.index = index;
    out.times = std::min(times, kMostTimes);
    return out;
}

int Sketch::bucket_of(std::uint64_t ns) {
    if (ns == 0) return kMinBucket;
    const int top = static_cast<int>(std::bit_width(ns)) - 1;
    const std::uint64_t shifted = ns << static_cast<unsigned>(63 - top);
    const auto boundary = std::lower_bound(kBoundaries.begin(), kBoundaries.end(), shifted);
    const int within = static_cast<int>(std::distance(kBoundaries.begin(), boundary));
    return std::clamp(top * kPerOctave + within - 1, kMinBucket, kMaxBucket);
}

double Sketch::lower_bound(int bucket) {
    // A comparison asks for hundreds of thousands of them.
    static const auto bounds = [] {
        std::array<double, kMaxBucket - kMinBucket + 2> table{};
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = std::exp2(static_cast<double>(static_cast<int>(i) + kMinBucket) / kPerOctave);
        return table;
    }();
    if (bucket < kMinBucket || bucket > kMaxBucket + 1)
        return std::exp2(static_cast<double>(bucket) / kPerOctave);
    return bounds[static_cast<std::size_t>(bucket - kMinBucket)];
}

double Sketch::upper_bound(int bucket) {
    return lower_bound(bucket + 1);
}

void Sketch::add(std::chrono::nanoseconds value, std::uint64_t times) {
    if (times == 0) return;
    const std::uint64_t ns = value.count() < 0 ? 0 : static_cast<std::uint64_t>(value.count());
    min_ = count_ == 0 ? ns : std::min(min_, ns);
    max_ = std::max(max_, ns);
    sum_ = add_saturating(sum_, multiply_saturating(ns, times));
    const int index = bucket_of(ns);
    auto place = std::lower_bound(buckets_.begin(), buckets_.end(), index,
                                  [](const Bucket& each, int wanted) { return each.index < wanted; });
    if (place == buckets_.end() || place->index != index) place = buckets_.insert(place, bucket(index, 0));
    const std::uint64_t before = place->times;
    *place = bucket(index, add_saturating(before, times));
    count_ += place->times - before;
}

void Sketch::merge(const Sketch& other) {
    if (other.count_ == 0) return;
    min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    sum_ = add_saturating(sum_, other.sum_);
    Buckets merged;
    merged.reserve(buckets_.size() + other.buckets_.size());
    auto mine = buckets_.begin();
    auto theirs = other.buckets_.begin();
    while (mine != buckets_.end() && theirs != other.buckets_.end()) {
        if (mine->index < theirs->index) {
            merged.push_back(*mine++);
        } else if (theirs->index < mine->index) {
            merged.push_back(*theirs++);
        } else {
            merged.push_back(bucket(mine->index, mine->times + theirs->times));
            ++mine;
            ++theirs;
        }
    }
    merged.insert(merged.end(), mine, buckets_.end());
    merged.insert(merged.end(), theirs, other.buckets_.end());
    buckets_ = std::move(merged);
    count_ = total(buckets_);
}

double Sketch::quantile(double q) const {
    double value = 0;
    quantiles({&q, 1}, {&value, 1});
    return value;
}

void Sketch::quantiles(std::span<const double> ascending, std::span<double> values) const {
    double seen = 0;
    std::size_t next = 0;  // bucket that is not in `seen` yet
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        values[i] = 0;
        if (count_ == 0) continue;
        const double share = ascending[i] > 0 ? std::min(ascending[i], 1.0) : 0;  // NaN counts as 0
        // A hair less, since 0.07 × 100 is 7.000000000000001 in binary and must still be rank 7.
        const double rank = std::max(1.0, std::ceil(share * static_cast<double>(count_) * (1 - 1e-12)));
        while (seen < rank && next < buckets_.size())
            seen += static_cast<double>(buckets_[next++].times);
        const double low = lower_bound(buckets_[next - 1].index);
        const double high = upper_bound(buckets_[next - 1].index);
        values[i] =
            std::clamp(2 * low * high / (low + high), static_cast<double>(min_), static_cast<double>(max_));
    }
}

double Sketch::share_above(double ns) const {
    if (count_ == 0 || !(ns < static_cast<double>(max_))) return 0;
    if (ns < static_cast<double>(min_)) return 1;
    const int its_bucket = bucket_of(static_cast<std::uint64_t>(ns));
    double above = 0;
    double all = 0;
    for (const auto& [index, times] : buckets_) {
        all += static_cast<double>(times);
        if (index > its_bucket) above += static_cast<double>(times);
    }
    return above / all;
}

Result<Sketch> Sketch::from_parts(std::uint64_t sum_ns, std::uint64_t min_ns, std::uint64_t max_ns,
                                  Buckets buckets) {
    Sketch out;
    if (buckets.empty()) {
        if (sum_ns != 0 || min_ns != 0 || max_ns != 0) return malformed("values, but no buckets");
        return out;
    }
    int before = kMinBucket - 1;
    for (const auto& [index, times] : buckets) {
        if (index < kMinBucket || index > kMaxBucket) return malformed("a bucket index is out of range");
        if (index <= before) return malformed("the buckets are not in ascending order");
        if (times == 0) return malformed("a bucket is empty");
        before = index;
    }
    if (min_ns > max_ns) return malformed("the minimum is above the maximum");
    if (max_ns > kLargestValue) return malformed("the maximum is out of range");
    if (bucket_of(min_ns) != buckets.front().index)
        return malformed("the minimum is not in the first bucket");
    if (bucket_of(max_ns) != buckets.back().index) return malformed("the maximum is not in the last bucket");
    out.count_ = total(buckets);
    if (out.count_ == 1 && min_ns != max_ns) return malformed("one value with two extremes");
    const auto [least, most] = sum_range(buckets, min_ns, max_ns);
    if (sum_ns < least || sum_ns > most) return malformed("the sum does not fit count, minimum and maximum");
    out.sum_ = sum_ns;
    out.min_ = min_ns;
    out.max_ = max_ns;
    out.buckets_ = std::move(buckets);
    return out;
}

std::string Sketch::encode() const {
    std::string out;
    if (count_ == 0) return out;
    append_varint(out, sum_);
    append_varint(out, min_);
    append_varint(out, max_ - min_);
    append_varint(out, buckets_.size());
    int before = kMinBucket - 1;
    for (const auto& [index, times] : buckets_) {
        append_varint(out, static_cast<std::uint64_t>(index - before - 1));
        append_varint(out, times);
        before = index;
    }
    return out;
}

Result<Sketch> Sketch::decode(std::string_view bytes) {
    if (bytes.empty()) return Sketch();
    const auto sum = take_varint(bytes);
    const auto min = sum ? take_varint(bytes) : std::nullopt;
    const auto spread = min ? take_varint(bytes) : std::nullopt;
    const auto size = spread ? take_varint(bytes) : std::nullopt;
    if (!size) return malformed("cut short, or a number is not in its shortest form");
    constexpr std::uint64_t kMostBuckets = kMaxBucket - kMinBucket + 1;
    if (*size == 0 || *size > kMostBuckets) return malformed("the number of buckets is out of range");
    if (*spread > kMost - *min) return malformed("the maximum is out of range");
    Buckets buckets;
    // Two bytes at the least for each bucket: a short message cannot reserve much.
    buckets.reserve(std::min<std::size_t>(*size, bytes.size() / 2));
    std::uint64_t next = kMinBucket;
    for (std::uint64_t i = 0; i < *size; ++i) {
        const auto gap = take_varint(bytes);
        const auto times = gap ? take_varint(bytes) : std::nullopt;
        if (!times) return malformed("cut short, or a number is not in its shortest form");
        if (*gap > kMostBuckets || next + *gap > kMaxBucket)
            return malformed("a bucket index is out of range");
        if (*times > kMostTimes) return malformed("a bucket counts more than is counted");
        next += *gap;
        buckets.push_back(bucket(static_cast<int>(next), *times));
        ++next;
    }
    if (!bytes.empty()) return malformed("bytes are left over");
    return from_parts(*sum, *min, *min + *spread, std::move(buckets));
}

}  // namespace plumb
