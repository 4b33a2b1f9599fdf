#include "probes/postgres/login.hpp"

#include "probes/postgres/postgres.hpp"

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

Result<Login> read(std::string_view url, const LoginDefaults& defaults = {}) {
    return read_login(parse_url(url).value(), defaults);
}

std::string error_of(std::string_view url) {
    const auto login = read(url);
    return login ? "accepted" : login.error().message;
}

TEST(PostgresLogin, reads_user_password_host_port_and_database) {
    const auto login = read("postgres://app:p%40ss@db.internal:6432/shop%20floor").value();
    EXPECT_EQ(login.user, "app");
    EXPECT_EQ(login.password.reveal(), "p@ss");
    EXPECT_EQ(login.host, "db.internal");
    EXPECT_EQ(login.port, 6432);
    EXPECT_EQ(login.database, "shop floor");
    EXPECT_EQ(login.ssl_mode, SslMode::prefer);
    EXPECT_FALSE(login.tls.verify);
}

TEST(PostgresLogin, port_is_5432_and_the_database_is_named_after_the_user_when_absent) {
    const auto login = read("postgresql://app@db").value();
    EXPECT_EQ(login.port, 5432);
    EXPECT_EQ(login.database, "app");
}

TEST(PostgresLogin, what_the_url_leaves_out_comes_from_the_variables_of_libpq) {
    LoginDefaults defaults;
    defaults.user = "app";
    defaults.password = Secret("word");
    defaults.database = "shop";
    defaults.ssl_mode = "require";
    const auto login = read("postgresql://db", defaults).value();
    EXPECT_EQ(login.user, "app");
    EXPECT_EQ(login.password.reveal(), "word");
    EXPECT_EQ(login.database, "shop");
    EXPECT_EQ(login.ssl_mode, SslMode::require);
    EXPECT_EQ(read("postgresql://other:own@db/x?sslmode=disable", defaults).value().user, "other");
    EXPECT_EQ(read("postgresql://other:own@db/x", defaults).value().password.reveal(), "own");
}

TEST(PostgresLogin, parts_may_stand_in_the_query_as_libpq_allows) {
    const auto login = read("postgresql:///?host=db&port=6000&user=app&password=word&dbname=shop").value();
    EXPECT_EQ(login.host, "db");
    EXPECT_EQ(login.port, 6000);
    EXPECT_EQ(login.user, "app");
    EXPECT_EQ(login.password.reveal(), "word");
    EXPECT_EQ(login.database, "shop");
}

TEST(PostgresLogin, options_of_other_drivers_are_ignored) {
    const auto login = read(
        "postgresql://app:x@db/shop?schema=public&pgbouncer=true&connection_limit=5&pool_timeout=0"
        "&statement_cache_size=0&options=-c%20search_path%3Dx&application_name=shop&connect_timeout=10");
    ASSERT_TRUE(login);
    EXPECT_EQ(login->database, "shop");
}

TEST(PostgresLogin, every_sslmode_of_libpq_is_known) {
    EXPECT_EQ(read("postgres://a@b?sslmode=disable")->ssl_mode, SslMode::disable);
    EXPECT_EQ(read("postgres://a@b?sslmode=allow")->ssl_mode, SslMode::allow);
    EXPECT_EQ(read("postgres://a@b?sslmode=prefer")->ssl_mode, SslMode::prefer);
    EXPECT_EQ(read("postgres://a@b?sslmode=require")->ssl_mode, SslMode::require);
    const auto ca = read("postgres://a@b?sslmode=verify-ca").value();
    EXPECT_TRUE(ca.tls.verify);
    EXPECT_FALSE(ca.tls.verify_name);
    const auto full = read("postgres://a@b?sslmode=verify-full").value();
    EXPECT_TRUE(full.tls.verify);
    EXPECT_TRUE(full.tls.verify_name);
    EXPECT_EQ(full.tls.server_name, "b");
    EXPECT_EQ(read("postgres://a@db.example.?sslmode=verify-full")->tls.server_name, "db.example");
    EXPECT_STREQ(full.libpq_ssl_mode(), "require");
}

TEST(PostgresLogin, a_root_certificate_makes_require_check_the_chain) {
    EXPECT_EQ(read("postgres://a@b?sslmode=require&sslrootcert=/ca.pem")->ssl_mode, SslMode::verify_ca);
    EXPECT_EQ(read("postgres://a@b?sslmode=require&ca=/ca.pem")->tls.ca_file, "/ca.pem");
    EXPECT_EQ(read("postgres://a@b?sslmode=require")->ssl_mode, SslMode::require);
    EXPECT_EQ(read("postgres://a@b?sslmode=no-verify&ca=/ca.pem")->ssl_mode, SslMode::require);
}

TEST(PostgresLogin, sslrootcert_system_means_the_full_check_against_the_images_own_store) {
    const auto login = read("postgres://a@b?sslrootcert=system").value();
    EXPECT_EQ(login.ssl_mode, SslMode::verify_full);
    EXPECT_EQ(login.tls.ca_file, "");
}

TEST(PostgresLogin, ssl_as_other_drivers_write_it) {
    EXPECT_EQ(read("postgres://a@b?ssl=true")->ssl_mode, SslMode::require);
    EXPECT_EQ(read("postgres://a@b?ssl=false")->ssl_mode, SslMode::disable);
    EXPECT_EQ(read("postgres://a@b?ssl=verify-full")->ssl_mode, SslMode::verify_full);
}

TEST(PostgresLogin, refusals_name_what_is_wrong_and_what_would_be_right) {
    EXPECT_EQ(error_of("postgres://app:secret@db?sslmode=requir"),
              "postgres URL: option 'sslmode' is disable, allow, prefer, require, verify-ca or verify-full");
    EXPECT_EQ(error_of("postgres://app:secret@db?ssl=maybe"),
              "postgres URL: option 'ssl' is true, false or the name of an sslmode");
    EXPECT_EQ(error_of("postgres://app:secret@/x"),
              "postgres URL: no host; write SCHEME://USER:PASSWORD@HOST:PORT/DATABASE");
    EXPECT_EQ(error_of("postgres://app:secret@/x?host=/cloudsql/y"),
              "postgres URL: the host is a socket file; only hosts reached by TCP can be probed");
    EXPECT_EQ(error_of("postgres://db/x"), "postgres URL: no user, and PGUSER is not set either");
    EXPECT_EQ(error_of("postgres://a@/x?host=db&port=99999"),
              "postgres URL: option 'port' is a number from 1 to 65535");
    EXPECT_EQ(
        error_of("postgres://a@b?target_session_attrs=leader"),
        "postgres URL: option 'target_session_attrs' is any, read-write, read-only, primary, standby or "
        "prefer-standby");
}

TEST(PostgresLogin, certificates_come_from_the_variables_too_and_the_url_goes_first) {
    LoginDefaults defaults;
    defaults.ssl_mode = "verify-full";
    defaults.root_certificate = "/env/ca.pem";
    defaults.certificate = "/env/client.pem";
    defaults.key = "/env/client.key";
    const auto login = read("postgres://a@b", defaults).value();
    EXPECT_EQ(login.tls.ca_file, "/env/ca.pem");
    EXPECT_EQ(login.tls.certificate_file, "/env/client.pem");
    EXPECT_EQ(login.tls.key_file, "/env/client.key");
    EXPECT_EQ(read("postgres://a@b?sslrootcert=/url/ca.pem", defaults)->tls.ca_file, "/url/ca.pem");
    EXPECT_EQ(read("postgres://a@b?sslmode=require", defaults)->ssl_mode, SslMode::verify_ca);
    defaults.root_certificate = "system";
    EXPECT_EQ(read("postgres://a@b", defaults)->tls.ca_file, "");
}

TEST(PostgresLogin, channel_binding_is_taken_over) {
    EXPECT_EQ(read("postgres://a@b")->channel_binding, "prefer");
    EXPECT_EQ(read("postgres://a@b?channel_binding=require")->channel_binding, "require");
    EXPECT_EQ(error_of("postgres://a@b?channel_binding=maybe"),
              "postgres URL: option 'channel_binding' is disable, prefer or require");
}

TEST(PostgresLogin, a_size_limit_has_the_units_of_the_server) {
    EXPECT_EQ(read("postgres://a@b")->size_limit, std::nullopt);
    EXPECT_EQ(read("postgres://a@b?size_limit=100GB")->size_limit, 100.0 * (1ULL << 30));
    EXPECT_EQ(read("postgres://a@b?size_limit=1.5kB")->size_limit, 1536);
    EXPECT_EQ(read("postgres://a@b?size_limit=4096")->size_limit, 4096);
    for (const char* wrong : {"", "much", "-1GB", "0", "nan", "10 parsecs", "1e999"}) {
        EXPECT_EQ(error_of("postgres://a@b?size_limit=" + std::string(wrong)),
                  "postgres URL: option 'size_limit' is a size, as in size_limit=100GB")
            << wrong;
    }
}

TEST(PostgresLogin, the_needed_role_follows_target_session_attrs) {
    EXPECT_EQ(read("postgres://a@b?target_session_attrs=read-write")->needed_role, NeededRole::read_write);
    EXPECT_EQ(read("postgres://a@b?target_session_attrs=read-only")->needed_role, NeededRole::read_only);
    EXPECT_EQ(read("postgres://a@b?target_session_attrs=primary")->needed_role, NeededRole::primary);
    EXPECT_EQ(read("postgres://a@b?target_session_attrs=standby")->needed_role, NeededRole::standby);
    EXPECT_EQ(read("postgres://a@b")->needed_role, NeededRole::any);
}

TEST(PostgresLogin, values_of_strange_options_and_passwords_print_as_stars) {
    std::vector<std::string_view> open;
    for (const auto& option : postgres_kind().options)
        open.push_back(option.name);
    const auto url =
        parse_url("postgres://app:pw1@db/x?sslmode=require&password=pw2&sslpassword=pw3&token=pw4").value();
    EXPECT_EQ(url.redacted(open),
              "postgres://app:***@db/x?sslmode=require&password=***&sslpassword=***&token=***");
}

}  // namespace
}  // namespace plumb::postgres
