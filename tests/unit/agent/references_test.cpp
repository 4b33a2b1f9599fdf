#include "agent/config/references.hpp"

#include "tests/unit/agent/fakes.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

const Environment kVariables = test::variables({{"USER_NAME", "app"},
                                                {"PASSWORD", "p@ss/w%rd"},
                                                {"EMPTY", ""},
                                                {"LINE", "redis://cache:6379\n"},
                                                {"NESTED", "${USER_NAME}"}});

TEST(References, variables_are_put_in_once) {
    EXPECT_EQ(expand_variables("x-${USER_NAME}-y", kVariables).value(), "x-app-y");
    EXPECT_EQ(expand_variables("${NESTED}", kVariables).value(), "${USER_NAME}");
    EXPECT_EQ(expand_variables("no $ reference $HOME", kVariables).value(), "no $ reference $HOME");
    EXPECT_EQ(expand_variables("a $${USER_NAME}", kVariables).value(), "a ${USER_NAME}");
}

TEST(References, a_raw_password_keeps_its_place_in_a_url) {
    EXPECT_EQ(
        expand_variables("postgres://${USER_NAME}:${PASSWORD}@db/x?y=${USER_NAME}", kVariables, true).value(),
        "postgres://app:p%40ss%2Fw%25rd@db/x?y=app");
    EXPECT_EQ(expand_variables("tcp://${USER_NAME}:80", kVariables, true).value(), "tcp://app:80");
}

TEST(References, what_is_missing_is_named_and_no_value_is) {
    EXPECT_EQ(
        expand_variables("${NOPE}", kVariables).error().message,
        "the environment variable NOPE is not set; set it for this container, or write the value's place as "
        "file:PATH");
    EXPECT_EQ(expand_variables("${EMPTY}", kVariables).error().message,
              "the environment variable EMPTY is empty; give it a value");
    EXPECT_EQ(expand_variables("${USER_NAME", kVariables).error().message,
              "'${' has no closing '}'; write a plain '${' as '$${'");
    EXPECT_EQ(expand_variables("${A-B}", kVariables).error().message,
              "'A-B' is no name of an environment variable; write it as ${DATABASE_URL}");
}

TEST(References, a_url_in_place_of_a_name_or_a_path_does_not_show_its_password) {
    for (const char* text : {"env:postgres://app:hunter2@db/x", "file:postgres://app:hunter2@db/x"}) {
        const auto value = follow_reference(text, kVariables);
        ASSERT_TRUE(value.has_error()) << text;
        EXPECT_EQ(value.error().message.find("hunter2"), std::string::npos) << value.error().message;
    }
}

TEST(References, one_variable_alone_is_told_from_a_text_with_variables) {
    for (const char* text : {"${A}", "env:A"})
        EXPECT_TRUE(is_whole_variable(text)) << text;
    for (const char* text : {"", "${A}/x", "x${A}", "${A}${B}", "$${A}", "file:/x", "${A"})
        EXPECT_FALSE(is_whole_variable(text)) << text;
}

TEST(References, env_and_file_stand_for_a_whole_value) {
    EXPECT_EQ(follow_reference("env:LINE", kVariables).value(), "redis://cache:6379");
    EXPECT_EQ(follow_reference("redis://cache", kVariables).value(), "redis://cache");
    const auto path =
        std::filesystem::temp_directory_path() / ("plumb_reference_" + std::to_string(::getpid()));
    std::ofstream(path) << "secret\r\n";
    EXPECT_EQ(follow_reference("file:" + path.string(), kVariables).value(), "secret");
    std::ofstream(path) << "\n";
    EXPECT_EQ(follow_reference("file:" + path.string(), kVariables).error().message,
              path.string() + ": the file is empty; it should hold the value");
    std::filesystem::remove(path);
    EXPECT_TRUE(follow_reference("file:" + path.string(), kVariables).has_error());
    EXPECT_EQ(follow_reference("file:", kVariables).error().message,
              "file: needs a path, as in file:/run/secrets/database");
}

}  // namespace
}  // namespace plumb::agent
