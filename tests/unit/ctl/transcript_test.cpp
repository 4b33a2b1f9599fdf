#include "controller/ctl/diff/transcript.hpp"

#include "tests/unit/ctl/saved_check.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using test::saved_check;
using testing::HasSubstr;

std::size_t outcomes_in(const std::string& text) {
    const auto found = find_check(text);
    if (!found) throw std::runtime_error(found.error().message);
    return found->at("outcomes").get_array().size();
}

std::string complaint(const std::string& text) {
    const auto found = find_check(text);
    return found ? "" : found.error().message;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

TEST(Transcript, the_object_alone) {
    EXPECT_EQ(outcomes_in(saved_check({{}})), 1u);
}

TEST(Transcript, an_ecs_exec_session_with_banner_prompt_and_carriage_returns) {
    const std::string session =
        "\r\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a "
        "session.\r\n\r\n\r\n"
        "Starting session with SessionId: ecs-execute-command-0a1b2c3d4e5f\r\n"
        "\x1b[?2004h\x1b]0;root@ip-10-0-1-9: /\a# plumb-agent check --format json\r\n" +
        replaced(saved_check({{}, {}}), "\n", "\r\n") +
        "\x1b[?2004l# exit\r\n\r\n\r\nExiting session with sessionId: "
        "ecs-execute-command-0a1b2c3d4e5f.\r\n\r\n";
    EXPECT_EQ(outcomes_in(session), 2u);
}

TEST(Transcript, lines_that_a_terminal_wrapped_within_strings_and_numbers) {
    const std::string whole = saved_check({{}, {}});
    std::string wrapped;
    for (std::size_t i = 0; i < whole.size(); i += 37)
        wrapped += whole.substr(i, 37) + "\r\n";
    EXPECT_EQ(outcomes_in(wrapped), 2u);
    EXPECT_EQ(find_check(wrapped)->at("outcomes"), find_check(whole)->at("outcomes"));
}

TEST(Transcript, an_object_that_a_person_printed_nicely) {
    EXPECT_EQ(outcomes_in("{\n  \"agent\": {},\n  \"outcomes\": [\n  ]\n}\n"), 0u);
}

TEST(Transcript, colours_inside_the_object) {
    EXPECT_EQ(outcomes_in(replaced(saved_check({{}}), "\"ok\"", "\x1b[1;34m\"ok\"\x1b[0m")), 1u);
}

TEST(Transcript, utf16_as_powershell_redirects_it) {
    std::string wide = "\xff\xfe";
    for (const char c : "# banner\r\n" + saved_check({{}}))
        wide += std::string{c, '\0'};
    EXPECT_EQ(outcomes_in(wide), 1u);
}

TEST(Transcript, the_last_of_several_counts) {
    EXPECT_EQ(outcomes_in(saved_check({{}}) + "# again\n" + saved_check({{}, {}, {}})), 3u);
}

TEST(Transcript, braces_around_and_inside_strings_do_not_mislead) {
    auto outcome = test::SavedOutcome{};
    outcome.facts = R"("x":"}}]] \" { \\")";
    EXPECT_EQ(
        outcomes_in("function f() { echo {}; }\n{\"agent\": nonsense}\n" + saved_check({outcome}) + "}}}"),
        1u);
}

TEST(Transcript, what_holds_no_check_is_refused_with_what_to_look_for) {
    EXPECT_THAT(complaint(""), HasSubstr("plumb-agent check --format json"));
    EXPECT_THAT(complaint("The NAME       RESULT table\n"), HasSubstr("plumb-agent check --format json"));
    EXPECT_THAT(complaint(R"({"agent":{}})"), HasSubstr("plumb-agent check --format json"));
    EXPECT_THAT(complaint(R"({"agent":{},"outcomes":{}})"), HasSubstr("plumb-agent check --format json"));
    EXPECT_THAT(complaint(std::string("\xff\xfe\x00\xd8", 4)), HasSubstr("plumb-agent check --format json"));
}

TEST(Transcript, a_session_that_broke_off_is_told_so) {
    const auto whole = saved_check({{}, {}});
    EXPECT_THAT(complaint("# plumb-agent check\n" + whole.substr(0, whole.size() / 2)),
                HasSubstr("cut short"));
}

TEST(Transcript, nesting_without_end_is_refused) {
    std::string deep = R"({"agent":)";
    for (int i = 0; i < 100000; ++i)
        deep += "[";
    EXPECT_NE(complaint(deep), "");
    for (int i = 0; i < 100000; ++i)
        deep += "]";
    EXPECT_NE(complaint(deep + R"(,"outcomes":[]})"), "");
}

TEST(Transcript, a_file_made_to_be_slow_is_read_in_linear_work) {
    std::string hostile;
    while (hostile.size() < (1u << 20))
        hostile += R"({"agent":[)";
    EXPECT_NE(complaint(hostile), "");
    std::string escapes;
    while (escapes.size() < (1u << 20))
        escapes += "\x1b]";
    EXPECT_NE(complaint(escapes), "");
}

TEST(Transcript, more_than_a_check_can_be_is_not_read) {
    EXPECT_THAT(complaint(std::string(kMaxTranscript + 1, ' ')), HasSubstr("32 MiB"));
}

}  // namespace
}  // namespace plumb::ctl
