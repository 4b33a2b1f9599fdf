#include "model/sketch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace plumb {

namespace {

constexpr int kPerOctave = 32;
constexpr std::uint64_t kLowest = std::uint64_t{1} << 14;
constexpr std::uint64_t kHighest = std::uint64_t{1} << 38;

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
    return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max()
                                                             : a + b;
}

std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
    if (a == 0 || b == 0) return 0;
    return a > std::numeric_limits<std::uint64_t>::max() / b ? std::numeric_limits<std::uint64_t>::max()
                                                             : a * b;
}

// The upper bounds of the buckets of the top octave, rounded down to whole ns; an octave lower they are
// halved. The bound of no bucket but the octave's last is a whole number (2^(j/32) is irrational), so "≤
// bound" and "≤ floor(bound)" agree for whole ns.
std::array<std::uint64_t, kPerOctave> make_bounds() {
    std::array<std::uint64_t, kPerOctave> bounds{};
    for (int j = 0; j < kPerOctave; ++j) {
        const long double exact = std::exp2(62.0L + static_cast<long double>(j + 1) / kPerOctave);
        bounds[static_cast<std::size_t>(j)] = static_cast<std::uint64_t>(exact);
    }
    return bounds;
}

const std::array<std::uint64_t, kPerOctave>& bounds() {
    static const auto table = make_bounds();
    return table;
}

void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

// Reads one canonical LEB128 number; false at the end of the bytes, past 64 bits, or with padding zeros.
bool get_varint(std::string_view& bytes, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (bytes.empty()) return false;
        const auto byte = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        if (shift == 63 && byte > 1) return false;
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return byte != 0 || shift == 0;
    }
    return false;
}

}  // namespace

int Sketch::bucket_of(std::uint64_t ns) {
    if (ns <= kLowest) return kMinBucket;
    if (ns > kHighest) return kMaxBucket;
    // ns − 1, so that a power of two falls into the octave that it closes.
    const int octave = std::bit_width(ns - 1) - 1;
    const int shift = 62 - octave;
    // Compare at the scale of the table: ns·2^shift against the bound, without rounding either.
    const auto& table = bounds();
    const auto place =
        std::lower_bound(table.begin(), table.end(), ns,
                         [shift](std::uint64_t bound, std::uint64_t v) { return (bound >> shift) < v; });
    return octave * kPerOctave + static_cast<int>(place - table.begin());
}

double Sketch::lower_bound(int bucket) {
    return std::exp2(static_cast<double>(bucket) / kPerOctave);
}
double Sketch::upper_bound(int bucket) {
    return std::exp2(static_cast<double>(bucket + 1) / kPerOctave);
}

void Sketch::add(std::chrono::nanoseconds value, std::uint64_t times) {
    if (times == 0) return;
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    Sketch one;
    one.count_ = times;
    one.sum_ = saturating_multiply(ns, times);
    one.min_ = one.max_ = ns;
    one.buckets_.emplace_back(bucket_of(ns), times);
    merge(one);
}

void Sketch::merge(const Sketch& other) {
    if (other.empty()) return;
    min_ = empty() ? other.min_ : std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    sum_ = saturating_add(sum_, other.sum_);
    if (other.buckets_.size() == 1) {  // the common case: one value more
        const auto& [index, count] = other.buckets_.front();
        auto place = std::lower_bound(buckets_.begin(), buckets_.end(), index,
                                      [](const auto& bucket, std::int32_t i) { return bucket.first < i; });
        if (place == buckets_.end() || place->first != index) place = buckets_.insert(place, {index, 0});
        place->second = saturating_add(place->second, count);
    } else {
        Buckets merged;
        merged.reserve(buckets_.size() + other.buckets_.size());
        auto a = buckets_.begin();
        for (const auto& [index, count] : other.buckets_) {
            for (; a != buckets_.end() && a->first < index; ++a)
                merged.push_back(*a);
            if (a != buckets_.end() && a->first == index) {
                merged.emplace_back(index, saturating_add(a->second, count));
                ++a;
            } else {
                merged.emplace_back(index, count);
            }
        }
        merged.insert(merged.end(), a, buckets_.end());
        buckets_ = std::move(merged);
    }
    // The count is the saturated sum of the buckets, whatever the order in which they came.
    count_ = 0;
    for (const auto& [index, count] : buckets_)
        count_ = saturating_add(count_, count);
}

double Sketch::quantile(double q) const {
    if (empty()) return 0;
    const double share = std::clamp(q, 0.0, 1.0);
    const auto rank =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(static_cast<long double>(share) *
                                                                        static_cast<long double>(count_))));
    std::uint64_t seen = 0;
    int found = buckets_.back().first;
    for (const auto& [index, count] : buckets_) {
        seen = saturating_add(seen, count);
        if (seen >= rank) {
            found = index;
            break;
        }
    }
    // The harmonic middle has the same relative distance to both ends.
    const double low = lower_bound(found);
    const double high = upper_bound(found);
    return std::clamp(2 * low * high / (low + high), static_cast<double>(min_), static_cast<double>(max_));
}

double Sketch::share_above(double ns) const {
    if (empty()) return 0;
    std::uint64_t above = 0;
    for (const auto& [index, count] : buckets_) {
        if (lower_bound(index) >= ns) above = saturating_add(above, count);
    }
    return static_cast<double>(above) / static_cast<double>(count_);
}

Result<Sketch> Sketch::from_parts(std::uint64_t sum_ns, std::uint64_t min_ns, std::uint64_t max_ns,
                                  Buckets buckets) {
    if (buckets.empty()) {
        if (sum_ns != 0 || min_ns != 0 || max_ns != 0)
            return Error{"a sketch without buckets must be all zeros"};
        return Sketch();
    }
    std::int32_t last = kMinBucket - 1;
    std::uint64_t total = 0;
    for (const auto& [index, count] : buckets) {
        if (index <= last || index > kMaxBucket)
            return Error{"sketch buckets must ascend and lie in 448 … 1215"};
        if (count == 0) return Error{"a sketch bucket must count at least one"};
        last = index;
        total = saturating_add(total, count);
    }
    if (min_ns > max_ns) return Error{"the minimum of a sketch is above its maximum"};
    if (bucket_of(min_ns) != buckets.front().first || bucket_of(max_ns) != buckets.back().first) {
        return Error{"minimum and maximum of a sketch do not lie in its outer buckets"};
    }
    if (sum_ns < min_ns || (sum_ns < max_ns)) return Error{"the sum of a sketch is below one of its values"};
    Sketch sketch;
    sketch.count_ = total;
    sketch.sum_ = sum_ns;
    sketch.min_ = min_ns;
    sketch.max_ = max_ns;
    sketch.buckets_ = std::move(buckets);
    return sketch;
}

std::string Sketch::encode() const {
    std::string out;
    if (empty()) return out;
    put_varint(out, sum_);
    put_varint(out, min_);
    put_varint(out, max_ - min_);
    put_varint(out, buckets_.size());
    std::int32_t last = kMinBucket - 1;
    for (const auto& [index, count] : buckets_) {
        put_varint(out, static_cast<std::uint64_t>(index - last - 1));
        put_varint(out, count);
        last = index;
    }
    return out;
}

Result<Sketch> Sketch::decode(std::string_view bytes) {
    if (bytes.empty()) return Sketch();
    const Error broken{"the bytes are no latency sketch"};
    std::uint64_t sum = 0;
    std::uint64_t min = 0;
    std::uint64_t span = 0;
    std::uint64_t size = 0;
    if (!get_varint(bytes, sum) || !get_varint(bytes, min) || !get_varint(bytes, span) ||
        !get_varint(bytes, size) || size == 0 ||
        size > static_cast<std::uint64_t>(kMaxBucket - kMinBucket + 1) ||
        span > std::numeric_limits<std::uint64_t>::max() - min) {
        return broken;
    }
    Buckets buckets;
    buckets.reserve(size);
    std::int64_t index = kMinBucket - 1;
    for (std::uint64_t i = 0; i < size; ++i) {
        std::uint64_t gap = 0;
        std::uint64_t count = 0;
        if (!get_varint(bytes, gap) || !get_varint(bytes, count) ||
            gap > static_cast<std::uint64_t>(kMaxBucket)) {
            return broken;
        }
        index += static_cast<std::int64_t>(gap) + 1;
        if (index > kMaxBucket) return broken;
        buckets.emplace_back(static_cast<std::int32_t>(index), count);
    }
    if (!bytes.empty()) return broken;
    return from_parts(sum, min, min + span, std::move(buckets));
}

}  // namespace plumb
