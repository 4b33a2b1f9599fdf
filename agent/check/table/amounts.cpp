#include "agent/check/table/amounts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

struct Unit {
    double scale = 1;
    std::string_view name;  // with its space, where it has one
};

// Times and rates as they are; bytes by 1024, counts by 1000, both from a million on.
Unit unit_of(double value, std::string_view declared) {
    if (declared == "s") return {1, " s"};
    if (declared == "1/s") return {1, "/s"};
    if (std::abs(value) < 1e6) return {};
    if (declared != "bytes") return std::abs(value) < 1e9 ? Unit{1e6, " M"} : Unit{1e9, " G"};
    constexpr double kMebi = 1024.0 * 1024;
    return std::abs(value) < 1024 * kMebi ? Unit{kMebi, " Mi"} : Unit{1024 * kMebi, " Gi"};
}

std::string number(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e6) return fmt::format("{:.0f}", value);
    return fmt::format("{:.3g}", value);
}

}  // namespace

std::string_view declared_unit(std::span<const Kind> kinds, std::string_view gauge) {
    for (const auto& kind : kinds) {
        const auto& gauges = kind.catalog.gauges;
        const auto found = std::find_if(gauges.begin(), gauges.end(), [gauge](const GaugeInfo& info) {
            return is_instance(gauge, info.name);
        });
        if (found != gauges.end()) return found->unit;
    }
    return {};
}

std::string amount(double value, std::string_view unit) {
    const Unit scaled = unit_of(value, unit);
    return fmt::format("{}{}", number(value / scaled.scale), scaled.name);
}

std::string amounts(double value, double limit, std::string_view unit) {
    const Unit scaled = unit_of(limit, unit);
    if (value > 0 && value < scaled.scale / 1000)
        return fmt::format("{} of {}", amount(value, unit), amount(limit, unit));
    return fmt::format("{} of {}{}", number(value / scaled.scale), number(limit / scaled.scale), scaled.name);
}

std::string level_bar(double share, std::size_t columns) {
    const auto full =
        static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns)));
    std::string bar;
    for (std::size_t i = 0; i < columns; ++i)
        bar += i < full ? "█" : "░";
    return bar;
}

std::string length_bar(double share, std::size_t columns) {
    constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(share > 0) || columns == 0) return "";
    const auto eighths = std::max(1L, std::lround(std::min(share, 1.0) * static_cast<double>(columns * 8)));
    std::string bar;
    for (long i = 0; i < eighths / 8; ++i)
        bar += "█";
    return bar.append(kParts[static_cast<std::size_t>(eighths % 8)]);
}

}  // namespace plumb::agent
