// Chance for the laboratory: fast, and the same on every machine. xoshiro256++ (Blackman and Vigna,
// "Scrambled linear pseudorandom number generators", 2021), seeded by splitmix64. Each thing that happens has
// a stream of its own, named by numbers, so that adding one fault does not move the chance of all others.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace plumb::lab {

inline std::uint64_t splitmix(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

// One seed of several numbers; their order counts.
inline std::uint64_t seed_of(std::initializer_list<std::uint64_t> parts) {
    std::uint64_t seed = 0x706C756D62U;
    for (const std::uint64_t part : parts) {
        seed ^= part;
        seed = splitmix(seed);
    }
    return seed;
}

inline std::uint64_t seed_of(std::string_view name) {
    std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return hash;
}

class Random {
  public:
    explicit Random(std::uint64_t seed) {
        for (std::uint64_t& word : state_)
            word = splitmix(seed);
    }

    std::uint64_t next() {
        const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }  // [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }
    bool chance(double p) { return uniform() < p; }

    // Marsaglia's polar method; the second value of a pair is kept.
    double normal() {
        if (has_spare_) {
            has_spare_ = false;
            return spare_;
        }
        double u = 0;
        double v = 0;
        double s = 0;
        do {
            u = uniform(-1, 1);
            v = uniform(-1, 1);
            s = u * u + v * v;
        } while (s >= 1 || s == 0);
        const double scale = std::sqrt(-2 * std::log(s) / s);
        spare_ = v * scale;
        has_spare_ = true;
        return u * scale;
    }

    // Marsaglia and Tsang (2000); shapes below one by the usual power.
    double gamma(double shape) {
        if (shape < 1) return gamma(shape + 1) * std::pow(1 - uniform(), 1 / shape);
        const double d = shape - 1.0 / 3;
        const double c = 1 / std::sqrt(9 * d);
        while (true) {
            const double x = normal();
            const double v = std::pow(1 + c * x, 3);
            if (v > 0 && std::log(1 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
        }
    }

    double beta(double a, double b) {
        const double x = gamma(a);
        return x / (x + gamma(b));
    }

    std::uint64_t binomial(std::uint64_t n, double p) {
        std::uint64_t hits = 0;
        for (std::uint64_t i = 0; p > 0 && i < n; ++i)
            hits += chance(p) ? 1U : 0U;
        return hits;
    }

  private:
    std::array<std::uint64_t, 4> state_{};
    double spare_ = 0;
    bool has_spare_ = false;
};

}  // namespace plumb::lab
