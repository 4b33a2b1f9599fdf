#include "model/fact.hpp"

#include <array>
#include <utility>

namespace plumb {
namespace {

constexpr std::array<std::pair<FactClass, std::string_view>, 6> kClasses{{
    {FactClass::must_match, "must_match"},
    {FactClass::required, "required"},
    {FactClass::must_differ, "must_differ"},
    {FactClass::must_agree, "must_agree"},
    {FactClass::ordered, "ordered"},
    {FactClass::informational, "informational"},
}};

}  // namespace

std::string_view to_string(FactClass value) {
    for (const auto& [cls, name] : kClasses) {
        if (cls == value) return name;
    }
    return "informational";
}

std::optional<FactClass> parse_fact_class(std::string_view text) {
    for (const auto& [cls, name] : kClasses) {
        if (name == text) return cls;
    }
    return std::nullopt;
}

}  // namespace plumb
