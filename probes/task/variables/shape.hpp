// What kind of value a variable holds, without the value: two environments should agree on it.
#pragma once

#include "probes/task/variables/aws_place.hpp"

#include <string>
#include <string_view>

namespace plumb::task {

struct Shape {
    // "empty", "boolean", "number", "JSON object", "JSON array", "PEM", "ARN of rds", "https URL", "region",
    // "text". Of the value nothing but the words that are named here: the scheme of a URL, the service of an
    // ARN.
    std::string words;
    AwsPlace place;       // of an ARN, an address of AWS, or a region
    bool secret = false;  // the value says that it is one: a URL or DSN with a password, a private key
};

// A list of URLs separated by commas is a URL of their scheme.
Shape shape_of(std::string_view value);

}  // namespace plumb::task
