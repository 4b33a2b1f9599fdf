// Where something of AWS lies, as ARNs and the names of its hosts tell it. Nothing here repeats words that
// AWS does not use: what looks like a region or a service and is none may be somebody's secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::task {

// What is not told is empty.
struct AwsPlace {
    std::string account;  // 12 digits
    std::string region;   // "eu-west-1"
    bool empty() const { return account.empty() && region.empty(); }
    friend bool operator==(const AwsPlace&, const AwsPlace&) = default;
};

// "eu-west-1", "us-gov-east-1", "ap-southeast-2".
bool is_region(std::string_view text);

// "arn:aws:rds:eu-west-1:123456789012:db:orders" → its account and region; nullopt for what is no ARN.
std::optional<AwsPlace> place_of_arn(std::string_view arn);

// "rds" of that ARN; "" for a service that is not known.
std::string_view service_of_arn(std::string_view arn);

// Of a host in small letters, and of the path behind it: the region in "db.abc.eu-west-1.rds.amazonaws.com",
// the account, too, in "sqs.eu-west-1.amazonaws.com/123456789012/jobs" and in
// "123456789012.dkr.ecr.eu-west-1.amazonaws.com".
AwsPlace place_of_host(std::string_view host, std::string_view path);

}  // namespace plumb::task
