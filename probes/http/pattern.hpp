// A regular expression (RE2: linear time, whatever a peer answers), compiled once for a target.
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace plumb::http {

class Pattern {
  public:
    // The error has RE2's own words for what is wrong and repeats nothing of the pattern.
    static Result<Pattern> make(std::string_view text);

    bool is_found_in(std::string_view text) const;  // anywhere in it; anchors are ^ and $

  private:
    explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace plumb::http
