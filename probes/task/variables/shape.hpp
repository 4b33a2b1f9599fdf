// What kind of value a variable holds, without the value: two environments should agree on it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::task {

// Where something of AWS lies; what it does not say is empty.
struct AwsPlace {
    std::string account;  // 12 digits
    std::string region;   // "eu-west-1"
    bool empty() const { return account.empty() && region.empty(); }
    friend bool operator==(const AwsPlace&, const AwsPlace&) = default;
};

struct Shape {
    // "empty", "boolean", "number", "JSON object", "JSON array", "PEM", "ARN of rds", "https URL", "region",
    // "text". Of the value nothing but the words that are named here: the scheme of a URL, the service of an
    // ARN.
    std::string words;
    AwsPlace place;       // of an ARN, an address of AWS, or a region
    bool secret = false;  // the value says that it is one: a URL with a password, a private key
};

// A list of URLs separated by commas is a URL of their scheme.
Shape shape_of(std::string_view value);

// "arn:aws:rds:eu-west-1:123456789012:db:orders" → its account and region; nullopt for what is no ARN.
std::optional<AwsPlace> place_of_arn(std::string_view arn);

// Whether a variable of this name usually holds a secret: PASSWORD, TOKEN, SECRET, API_KEY …
bool sounds_secret(std::string_view name);

}  // namespace plumb::task
