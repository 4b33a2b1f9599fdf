#include "probes/grpc/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::grpc_health {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<Settings> of(std::string_view text) {
    return settings_of(parse_url(text).value());
}
std::string error_of(std::string_view text) {
    const auto settings = of(text);
    return settings ? "(accepted)" : settings.error().message;
}

TEST(GrpcSettings, the_path_names_the_service) {
    EXPECT_EQ(of("grpc://h:1").value().service, "");
    EXPECT_EQ(of("grpc://h:1/").value().service, "");
    EXPECT_EQ(of("grpc://h:1/shop.v1.Orders").value().service, "shop.v1.Orders");
    EXPECT_EQ(of("grpc://h:1/shop%2EOrders/").value().service, "shop.Orders");
    EXPECT_FALSE(of("grpc://h:1").value().tls);
    EXPECT_TRUE(of("grpcs://h:1").value().tls);
    EXPECT_THAT(error_of("grpc://h:1/a%20b"), HasSubstr("package.Service"));
}

TEST(GrpcSettings, the_authority_is_host_and_port_or_what_the_target_says) {
    EXPECT_EQ(of("grpc://h:50051").value().authority, "h:50051");
    EXPECT_EQ(of("grpc://[::1]:50051").value().authority, "[::1]:50051");
    EXPECT_EQ(of("grpc://h:1?authority=api.test").value().authority, "api.test");
    EXPECT_THAT(error_of("grpc://h:1?authority="), HasSubstr("authority"));
}

TEST(GrpcSettings, metadata_is_read_and_never_shown) {
    const auto settings = of("grpc://h:1?header=Authorization:%20Bearer%20t0ken-word&header=x-a:").value();
    ASSERT_EQ(settings.metadata.size(), 2U);
    EXPECT_EQ(settings.metadata[0].name, "authorization");
    EXPECT_EQ(settings.metadata[0].value.reveal(), "Bearer t0ken-word");
    EXPECT_EQ(settings.scrubbed("no t0ken-word, no Bearer t0ken-word"), "no ***, no ***");
}

TEST(GrpcSettings, mistakes_are_named_and_hold_no_secret) {
    EXPECT_THAT(error_of("grpc://h:1?header=t0ken-word"), HasSubstr("a name and a value"));
    EXPECT_THAT(error_of("grpc://h:1?header=t0ken-word"), Not(HasSubstr("t0ken-word")));
    EXPECT_THAT(error_of("grpc://h:1?header=grpc-timeout:1S"), HasSubstr("itself"));
    EXPECT_THAT(error_of("grpc://h:1?header=:path:/x"), HasSubstr("a name and a value"));
    EXPECT_THAT(error_of("grpc://h:1?header=a:%C3%A9"), HasSubstr("a name and a value"));
    EXPECT_THAT(error_of("grpc://u:t0ken-word@h:1"), HasSubstr("header=authorization"));
    EXPECT_THAT(error_of("grpc://h:1?alpn=h2"), HasSubstr("unknown option"));
    EXPECT_THAT(error_of("grpc://h:1?sni=a&sni=b"), HasSubstr("given twice"));
    EXPECT_THAT(error_of("grpcs://h:1?insecre=1"), HasSubstr("did you mean 'insecure'"));
}

}  // namespace
}  // namespace plumb::grpc_health
