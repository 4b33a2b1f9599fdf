#include "probes/task/variables/shape.hpp"

#include "probes/task/variables/secret_names.hpp"

#include <gmock/gmock.h>

namespace plumb::task {
namespace {

TEST(Shape, kinds_of_values_are_told_apart) {
    EXPECT_EQ(shape_of("").words, "empty");
    EXPECT_EQ(shape_of("  \t").words, "empty");
    EXPECT_EQ(shape_of("TRUE").words, "boolean");
    EXPECT_EQ(shape_of("off").words, "boolean");
    EXPECT_EQ(shape_of("42").words, "number");
    EXPECT_EQ(shape_of("-0.5e3").words, "number");
    EXPECT_EQ(shape_of("inf").words, "text");
    EXPECT_EQ(shape_of("512m").words, "text");
    EXPECT_EQ(shape_of(R"({"user":"a","password":"b"})").words, "JSON object");
    EXPECT_EQ(shape_of(R"([1,2])").words, "JSON array");
    EXPECT_EQ(shape_of("{not json}").words, "text");
    EXPECT_EQ(shape_of("-----BEGIN CERTIFICATE-----\nAAAA").words, "PEM");
    EXPECT_EQ(shape_of("eu-west-1").words, "region");
    EXPECT_EQ(shape_of("us-gov-east-1").words, "region");
    EXPECT_EQ(shape_of("a-b-1").words, "text");
    EXPECT_EQ(shape_of("arn:aws:kms:eu-west-1:123456789012:key/x").words, "ARN of kms");
    EXPECT_EQ(shape_of("arn:nonsense").words, "text");
}

TEST(Shape, a_url_shows_its_scheme_alone) {
    EXPECT_EQ(shape_of("http://payments.internal/").words, "http URL");
    EXPECT_EQ(shape_of("HTTPS://payments.internal/").words, "https URL");
    EXPECT_EQ(shape_of("postgresql+asyncpg://u:p@h/d").words, "postgresql URL");
    EXPECT_EQ(shape_of("jdbc:postgresql://h/d").words, "jdbc:postgresql URL");
    EXPECT_EQ(shape_of("://x").words, "text");
    EXPECT_EQ(shape_of("pass word://x").words, "text");
    EXPECT_TRUE(shape_of("redis://:hunter2@cache:6379").secret);
    EXPECT_FALSE(shape_of("redis://cache:6379").secret);
}

TEST(Shape, account_and_region_are_read_where_aws_puts_them) {
    const auto arn = shape_of("arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf").place;
    EXPECT_EQ(arn.account, "123456789012");
    EXPECT_EQ(arn.region, "eu-west-1");
    EXPECT_EQ(shape_of("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs").place.region,
              "eu-central-1");
    EXPECT_EQ(shape_of("db.abc.us-east-2.rds.amazonaws.com:5432").place.region, "us-east-2");
    EXPECT_TRUE(shape_of("https://eu-west-1.example.com/").place.empty());
    EXPECT_TRUE(shape_of("arn:aws:s3:::bucket").place.empty());
    EXPECT_TRUE(shape_of("arn:aws:iam::12:role/x").place.account.empty());
}

TEST(Shape, never_holds_the_value) {
    for (const std::string_view value :
         {"hunter2-secret", "postgres://app:hunter2-secret@db/x", "{\"a\":\"hunter2-secret\"}",
          "arn:aws:hunter2_secret:eu-west-1:123456789012:x", "-----BEGIN RSA PRIVATE KEY-----hunter2-secret",
          "hunter2-secret.amazonaws.com", "hunter2-secret:postgres://x", "hunter2-secret://x"}) {
        const auto shape = shape_of(value);
        EXPECT_EQ((shape.words + shape.place.region + shape.place.account).find("hunter2-secret"),
                  std::string::npos)
            << value;
    }
}

TEST(Shape, deep_json_ends) {
    EXPECT_EQ(shape_of(std::string(100'000, '[')).words, "text");
}

TEST(Shape, a_host_of_aws_tells_whose_it_is) {
    const AwsPlace queue{"111111111111", "us-east-1"};
    EXPECT_EQ(shape_of("https://sqs.us-east-1.amazonaws.com/111111111111/q").place, queue);
    EXPECT_EQ(shape_of("https://us-east-1.queue.amazonaws.com/111111111111/q").place, queue);
    EXPECT_EQ(shape_of("https://queue.amazonaws.com/111111111111/q").place, (AwsPlace{"111111111111", ""}));
    const AwsPlace registry{"123456789012", "eu-west-1"};
    EXPECT_EQ(shape_of("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:tag").place, registry);
    EXPECT_EQ(shape_of("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com").place, registry);
    const AwsPlace bucket{"", "eu-west-1"};
    EXPECT_EQ(shape_of("https://123456789012.s3.eu-west-1.amazonaws.com/111111111111/x").place, bucket);
    EXPECT_TRUE(shape_of("https://sqs.example.com/111111111111/q").place.empty());
}

TEST(Shape, of_regions_and_services_only_known_words_are_told) {
    EXPECT_EQ(shape_of("eu-hunterplant-2").words, "text");
    EXPECT_EQ(shape_of("eu-hunter-west-2").words, "text");
    EXPECT_EQ(shape_of("arn:aws:hunterplant:::x").words, "ARN");
    EXPECT_TRUE(shape_of("arn:aws:sns:eu-hunterplant-2:1:x").place.empty());
    for (const auto* region : {"ap-southeast-2", "us-iso-east-1", "eusc-de-east-1", "me-central-1"})
        EXPECT_EQ(shape_of(region).words, "region") << region;
}

TEST(Shape, a_secret_in_a_url_makes_it_one) {
    for (const auto* value :
         {"http://api/?password=hunter2", "jdbc:postgresql://db/x?user=u&password=p",
          "https://0123456789abcdef@host/", "jdbc:sqlserver://db:1433;databaseName=x;password=p",
          "host=db user=u password=p", "Server=db;Uid=u;Pwd=p"}) {
        EXPECT_TRUE(shape_of(value).secret) << value;
    }
    for (const auto* value : {"http://api/?page=1", "https://git@example.com/x",
                              "postgres://app_user_name@db/x", "jdbc:mysql://db/x?useSSL=1",
                              "postgres://db/x?sslkey=/run/secrets/key", "host=db user=u", "password="}) {
        EXPECT_FALSE(shape_of(value).secret) << value;
    }
}

TEST(Secrets, are_known_by_name) {
    for (const auto* name :
         {"DB_PASSWORD", "API_KEY", "SESSION_SECRET", "token", "STRIPE_TOKEN_V2", "PGPASSWORD", "DB_PWD",
          "DBPASSWORD", "spring.datasource.password", "SECRETKEY", "dbPassword", "stripeAPIKey", "AUTHTOKEN",
          "db-passwd", "ADMIN_PIN", "JWT_SECRETS", "LICENSE_KEYS"})
        EXPECT_TRUE(sounds_secret(name)) << name;
    for (const auto* name : {"KEYCLOAK_REALM",
                             "API_KEY_ID",
                             "SECRET_ARN",
                             "TOKEN_TTL",
                             "PUBLIC_KEY",
                             "MONKEY",
                             "PASSWORD_FILE",
                             "TOKEN_URL",
                             "DATABASE_URL",
                             "CACHE_KEY_PREFIX",
                             "TOKEN_TTL_DAYS",
                             "ENCRYPTION_KEY_LENGTH",
                             "TOKEN_EXPIRY",
                             "TOKEN_EXPIRATION",
                             "PASSWORD_REQUIRED",
                             "API_KEY_HEADER",
                             "TOKEN_ISSUER",
                             "PWD",
                             "PASSWORD_MIN_LENGTH",
                             "PARTITION_KEY",
                             "PRIVATE_SUBNETS",
                             "tokenTtl",
                             "STRIPE_PUBLISHABLE_KEY"})
        EXPECT_FALSE(sounds_secret(name)) << name;
}

}  // namespace
}  // namespace plumb::task
