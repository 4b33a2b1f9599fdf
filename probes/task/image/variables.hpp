// The variables of the app's process that choose what it takes of its image.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace plumb::task::image {

class Variables {
  public:
    using Find = std::function<std::optional<std::string>(std::string_view)>;
    explicit Variables(Find find) : find_(std::move(find)) {}  // which may be empty: none is set

    std::optional<std::string> get(std::string_view name) const { return find_ ? find_(name) : std::nullopt; }
    // As programs take a variable that is set to nothing: as none.
    std::optional<std::string> get_filled(std::string_view name) const {
        auto value = get(name);
        return value && !value->empty() ? value : std::nullopt;
    }
    // Changes when one of those that are asked for does; holds no value.
    std::string fingerprint() const;

  private:
    Find find_;
};

}  // namespace plumb::task::image
