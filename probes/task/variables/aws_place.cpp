#include "probes/task/variables/aws_place.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace plumb::task {
namespace {

bool is_one_of(std::span<const std::string_view> known, std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_account(std::string_view text) {
    return text.size() == 12 && is_digits(text);
}

bool is_direction(std::string_view word) {
    constexpr std::array<std::string_view, 9> kDirections{
        "north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"};
    return is_one_of(kDirections, word);
}

// The queue's owner is the first part of its path.
bool is_of_queues(const std::vector<std::string_view>& labels) {
    if (labels.front() == "sqs" || labels.front() == "sqs-fips" || labels.front() == "queue") return true;
    return labels[1] == "queue" || labels[1] == "sqs";
}

}  // namespace

bool is_region(std::string_view text) {
    constexpr std::array<std::string_view, 11> kParts{"us", "eu", "ap", "sa", "ca",  "me",
                                                      "af", "il", "cn", "mx", "eusc"};
    constexpr std::array<std::string_view, 6> kKinds{"gov", "iso", "isob", "isoe", "isof", "de"};
    const auto words = split(text, '-');
    if (words.size() < 3 || words.size() > 4 || !is_digits(words.back()) || words.back().size() > 2)
        return false;
    if (!is_one_of(kParts, words.front()) || !is_direction(words[words.size() - 2])) return false;
    return words.size() == 3 || is_one_of(kKinds, words[1]);
}

std::optional<AwsPlace> place_of_arn(std::string_view arn) {
    if (!arn.starts_with("arn:aws")) return std::nullopt;
    const auto parts = split(arn, ':');
    if (parts.size() < 6 || parts[2].empty() || parts[2].size() > 64) return std::nullopt;
    AwsPlace place;
    if (is_region(parts[3])) place.region = std::string(parts[3]);
    if (is_account(parts[4])) place.account = std::string(parts[4]);
    return place;
}

std::string_view service_of_arn(std::string_view arn) {
    constexpr std::array<std::string_view, 56> kServices{"acm",
                                                         "acm-pca",
                                                         "aoss",
                                                         "apigateway",
                                                         "appconfig",
                                                         "appsync",
                                                         "athena",
                                                         "autoscaling",
                                                         "backup",
                                                         "batch",
                                                         "bedrock",
                                                         "cassandra",
                                                         "cloudformation",
                                                         "cloudfront",
                                                         "cloudwatch",
                                                         "codebuild",
                                                         "cognito-identity",
                                                         "cognito-idp",
                                                         "dax",
                                                         "dynamodb",
                                                         "ec2",
                                                         "ecr",
                                                         "ecs",
                                                         "eks",
                                                         "elasticache",
                                                         "elasticfilesystem",
                                                         "elasticloadbalancing",
                                                         "es",
                                                         "events",
                                                         "execute-api",
                                                         "firehose",
                                                         "glue",
                                                         "iam",
                                                         "kafka",
                                                         "kinesis",
                                                         "kms",
                                                         "lambda",
                                                         "logs",
                                                         "memorydb",
                                                         "mq",
                                                         "opensearch",
                                                         "rds",
                                                         "rds-db",
                                                         "redshift",
                                                         "route53",
                                                         "s3",
                                                         "sagemaker",
                                                         "scheduler",
                                                         "secretsmanager",
                                                         "servicediscovery",
                                                         "ses",
                                                         "sns",
                                                         "sqs",
                                                         "ssm",
                                                         "states",
                                                         "sts"};
    const auto parts = split(arn, ':');
    return parts.size() > 2 && is_one_of(kServices, parts[2]) ? parts[2] : std::string_view{};
}

AwsPlace place_of_host(std::string_view host, std::string_view path) {
    if (!host.ends_with(".amazonaws.com") && !host.ends_with(".amazonaws.com.cn") && !host.ends_with(".aws"))
        return {};
    const auto labels = split(host, '.');
    AwsPlace place;
    const auto region = std::find_if(labels.begin(), labels.end(), is_region);
    if (region != labels.end()) place.region = std::string(*region);
    if (labels.size() > 2 && labels[1] == "dkr" && is_account(labels[0]))
        place.account = std::string(labels[0]);
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto owner = path.substr(0, path.find('/'));
    if (labels.size() > 2 && is_of_queues(labels) && is_account(owner)) place.account = std::string(owner);
    return place;
}

}  // namespace plumb::task
