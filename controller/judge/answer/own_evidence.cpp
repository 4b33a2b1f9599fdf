#include "controller/judge/answer/own_evidence.hpp"

namespace plumb::judge {
namespace {

// "fact:env.X" and "fact:env.X.place".
bool is_part_of(std::string_view part, std::string_view whole) {
    return part.size() > whole.size() && part.starts_with(whole) && part[whole.size()] == '.';
}

}  // namespace

bool own_fact_explains(std::string_view cause, std::string_view effect) {
    if (!effect.starts_with("fact:")) return false;
    // Another system brings everything else of the image along.
    if (cause == "fact:image.os") return effect.starts_with("fact:image.");
    // A variable that is missing has no value, and one of another kind another value.
    return effect.starts_with("fact:env.") && is_part_of(effect, cause);
}

}  // namespace plumb::judge
