// Reading a probe's own options from the query of its URL. Errors name the option and what would be right,
// and never its value unless the option is a number or a choice.
#pragma once

#include "base/result.hpp"
#include "probes/url.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plumb {

struct Option {
    std::string_view name;     // query key
    std::string_view meaning;  // one line for --help and docs
    bool secret = false;       // its value may be one, and prints as "***"
};

// Refuses a query option that is in neither list, naming the nearest known one, and an option given twice.
Result<void> check_options(const Url& url, std::span<const Option> known, std::span<const Option> also = {});

Result<std::optional<bool>> bool_option(const Url& url,
                                        std::string_view name);  // 1/0, true/false, yes/no, on/off
Result<std::optional<long>> integer_option(const Url& url, std::string_view name, long min, long max);

}  // namespace plumb
