#include "model/window_json.hpp"

#include "tests/unit/model/windows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// The line of the documentation, word for word.
constexpr const char* kDocumented = R"(
    {"agent":"<instance id>","sequence":12,"start":"2026-11-23T10:00:00Z","seconds":30,"task_age_s":3600,"draining":false,
     "labels":{"environment":"staging","service":"checkout","task":"…","revision":"42","zone":"use1-az1","subnet":"…","host":"…","image":"sha256:…"},
     "dependencies":[{"dependency":"database","kind":"postgres","runs":30,"succeeded":29,"suspect":1,"skipped":0,
       "phases":[{"name":"connect","layer":"connect","reached":30,"clean":{"count":28,"sum_ns":0,"min_ns":0,"max_ns":0,"buckets":[[612,5],[613,9]]}}],
       "rtt":{"count":28,"sum_ns":0,"min_ns":0,"max_ns":0,"buckets":[]},"retransmitted":0,
       "addresses":[{"address":"10.0.1.7:5432","tried":30,"failed":1}],
       "failures":[{"phase":"connect","cause":"tcp.timeout","count":1}],
       "facts":[{"name":"tls.version","class":"must_match","value":"TLSv1.3","runs":30}],
       "gauges":[{"name":"postgres.connections","min":80,"max":87,"last":87,"limit":100,"refuses_at_limit":true}]}]}
)";

// A small valid line; tests replace parts of it.
std::string small(const std::string& from = "", const std::string& to = "") {
    std::string line =
        R"({"agent":"a","sequence":1,"start":"2026-11-23T10:00:00Z","seconds":30,"labels":{"environment":"e"},)"
        R"("dependencies":[{"dependency":"db","kind":"tcp","runs":2,"succeeded":1,"suspect":0,"skipped":0,)"
        R"("phases":[{"name":"connect","reached":2,"clean":{"count":1,"sum_ns":1000000,"min_ns":1000000,"max_ns":1000000,"buckets":[[637,1]]}}],)"
        R"("failures":[{"phase":"connect","cause":"tcp.timeout","count":1}],)"
        R"("facts":[{"name":"f","class":"must_match","value":"v","runs":1}],)"
        R"("gauges":[{"name":"g","min":1,"max":2,"last":2,"limit":3,"refuses_at_limit":true}]}]})";
    if (from.empty()) return line;
    const std::size_t place = line.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return line.replace(place, from.size(), to);
}

std::string complaint(const std::string& line) {
    const auto window = parse_window(line);
    return window ? "" : window.error().message;
}

TEST(WindowJson, reads_the_documented_example) {
    const auto window = parse_window(kDocumented);
    ASSERT_TRUE(window) << window.error().message;
    EXPECT_EQ(window->agent, "<instance id>");
    EXPECT_EQ(window->sequence, 12U);
    EXPECT_EQ(window->length, 30s);
    EXPECT_EQ(window->task_age, 1h);
    EXPECT_FALSE(window->draining);
    EXPECT_EQ(window->labels.at("image"), "sha256:…");
    ASSERT_EQ(window->dependencies.size(), 1U);
    const WindowDependency& database = window->dependencies[0];
    EXPECT_EQ(database.kind, "postgres");
    EXPECT_EQ(database.succeeded, 29U);
    EXPECT_EQ(database.phases.at(0).layer, Layer::connect);
    EXPECT_EQ(database.phases.at(0).clean.count(), 14U) << "the buckets are what counts";
    EXPECT_EQ(Sketch::bucket_of(database.phases.at(0).clean.min_ns()), 612);
    EXPECT_EQ(Sketch::bucket_of(database.phases.at(0).clean.max_ns()), 613);
    EXPECT_TRUE(database.rtt.empty());
    EXPECT_EQ(database.addresses.at(0).failed, 1U);
    EXPECT_EQ(database.failures.at(0).cause, "tcp.timeout");
    EXPECT_EQ(database.facts.at(0).cls, FactClass::must_match);
    EXPECT_EQ(database.gauges.at(0).limit, 100);
    EXPECT_TRUE(database.gauges.at(0).refuses_at_limit);
}

TEST(WindowJson, round_trips_every_field) {
    const Window window = full_window();
    const std::string line = to_json_line(window);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto again = parse_window(line);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_json_line(*again), line);
    EXPECT_EQ(again->start, window.start);
    EXPECT_EQ(again->task_age, window.task_age);
    const WindowDependency& before = window.dependencies[0];
    const WindowDependency& after = again->dependencies[0];
    EXPECT_EQ(after.phases[0].clean, before.phases[0].clean);
    EXPECT_EQ(after.phases[1].layer, Layer::request);
    EXPECT_EQ(after.rtt, before.rtt);
    EXPECT_EQ(after.skipped, 2U);
    EXPECT_EQ(after.retransmitted, 3U);
    EXPECT_EQ(after.gauges[0].max, 87.5);
    EXPECT_FALSE(after.gauges[1].limit);
}

TEST(WindowJson, writes_keys_in_the_documented_order_and_whole_numbers_plainly) {
    const std::string line = to_json_line(full_window());
    std::size_t place = 0;
    for (const char* key : {"agent",   "sequence",      "start",      "seconds",  "task_age_s", "draining",
                            "labels",  "dependencies",  "dependency", "kind",     "runs",       "succeeded",
                            "suspect", "skipped",       "phases",     "name",     "layer",      "reached",
                            "clean",   "count",         "sum_ns",     "min_ns",   "max_ns",     "buckets",
                            "rtt",     "retransmitted", "addresses",  "failures", "facts",      "gauges"}) {
        const std::size_t found = line.find("\"" + std::string(key) + "\":", place);
        ASSERT_NE(found, std::string::npos) << key;
        place = found;
    }
    EXPECT_THAT(line, HasSubstr(R"("seconds":30,)"));
    EXPECT_THAT(line,
                HasSubstr(R"({"name":"postgres.connections","min":80,"max":8.75E1,"last":87,"limit":100,)"));
}

TEST(WindowJson, optional_fields_may_be_absent_or_null) {
    const auto window = parse_window(small());
    ASSERT_TRUE(window) << window.error().message;
    EXPECT_EQ(window->dependencies[0].phases[0].layer, Layer::connect) << "follows from the phase's name";
    EXPECT_TRUE(window->dependencies[0].rtt.empty());
    EXPECT_TRUE(window->dependencies[0].addresses.empty());
    EXPECT_FALSE(window->draining);
    EXPECT_GE(window->task_age, 1h) << "a task of unknown age is old enough to be judged";
    EXPECT_EQ(complaint(small(R"("suspect":0)", R"("rtt":null)")), "");
    EXPECT_EQ(complaint(small(R"("limit":3,)", R"("limit":null,)")), "");
    EXPECT_EQ(complaint(small(R"("limit":3,)", "")), "");
}

TEST(WindowJson, unknown_fields_layers_and_classes_of_newer_versions_are_ignored) {
    EXPECT_EQ(complaint(small(R"("seconds":30)", R"("seconds":30,"new":{"deep":[1,{"x":null}]})")), "");
    EXPECT_EQ(complaint(small(R"("kind":"tcp")", R"("kind":"tcp","new":[1])")), "");
    const auto window = parse_window(small(R"("class":"must_match")", R"("class":"must_rhyme")"));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->dependencies[0].facts[0].cls, FactClass::informational);
    const auto layered =
        parse_window(small(R"("name":"connect",)", R"("name":"connect","layer":"quantum",)"));
    ASSERT_TRUE(layered);
    EXPECT_EQ(layered->dependencies[0].phases[0].layer, Layer::connect);
    const auto cause = parse_window(small("tcp.timeout", "tcp.novel"));
    ASSERT_TRUE(cause);
    EXPECT_EQ(cause->dependencies[0].failures[0].cause, "tcp.novel");
}

TEST(WindowJson, a_required_field_that_is_missing_is_named_by_its_path) {
    EXPECT_THAT(complaint(small(R"("agent":"a",)", "")), HasSubstr("agent is missing"));
    EXPECT_THAT(complaint(small(R"("sequence":1,)", "")), HasSubstr("sequence is missing"));
    EXPECT_THAT(complaint(small(R"("start":"2026-11-23T10:00:00Z",)", "")), HasSubstr("start is missing"));
    EXPECT_THAT(complaint(small(R"("seconds":30,)", "")), HasSubstr("seconds is missing"));
    EXPECT_THAT(complaint(small(R"("runs":2,)", "")), HasSubstr("dependencies[0].runs is missing"));
    EXPECT_THAT(complaint(small(R"("reached":2,)", "")),
                HasSubstr("dependencies[0].phases[0].reached is missing"));
    EXPECT_THAT(complaint(R"({"outcomes":[]})"), HasSubstr("is missing"));
}

TEST(WindowJson, failures_that_are_not_told_are_not_read_as_none) {
    EXPECT_THAT(complaint(small(R"("failures":[{"phase":"connect","cause":"tcp.timeout","count":1}],)", "")),
                HasSubstr("dependencies[0].failures is missing"));
}

TEST(WindowJson, wrong_types_and_impossible_numbers_are_named_by_their_path) {
    EXPECT_THAT(complaint(small(R"("sequence":1)", R"("sequence":-1)")), HasSubstr("sequence"));
    EXPECT_THAT(complaint(small(R"("runs":2)", R"("runs":2.5)")), HasSubstr("dependencies[0].runs"));
    EXPECT_THAT(complaint(small(R"("runs":2)", R"("runs":"2")")), HasSubstr("dependencies[0].runs"));
    EXPECT_THAT(complaint(small(R"("count":1}])", R"("count":-1}])")),
                HasSubstr("dependencies[0].failures[0].count"));
    EXPECT_THAT(complaint(small(R"("last":2)", R"("last":"2")")),
                HasSubstr("dependencies[0].gauges[0].last"));
    EXPECT_THAT(complaint(small(R"("environment":"e")", R"("environment":7)")),
                HasSubstr("labels.environment"));
    EXPECT_THAT(complaint(small(R"("2026-11-23T10:00:00Z")", R"("yesterday")")), HasSubstr("start"));
    EXPECT_THAT(complaint(small(R"("seconds":30)", R"("seconds":0)")), HasSubstr("seconds"));
    EXPECT_THAT(complaint(small(R"("seconds":30)", R"("seconds":-30)")), HasSubstr("seconds"));
    EXPECT_THAT(complaint(small(R"("seconds":30)", R"("seconds":1e300)")), HasSubstr("seconds"));
    EXPECT_THAT(complaint(small(R"("min":1)", R"("min":1e999)")), testing::Not(testing::IsEmpty()));
    EXPECT_THAT(complaint(small(R"("min":1)", R"("min":NaN)")), HasSubstr("no JSON"));
    EXPECT_THAT(complaint(small(R"("succeeded":1)", R"("succeeded":3)")), HasSubstr("succeeded"));
}

TEST(WindowJson, a_whole_number_written_as_floating_point_is_accepted) {
    EXPECT_EQ(complaint(small(R"("runs":2)", R"("runs":2.0)")), "");
    EXPECT_EQ(complaint(small(R"("seconds":30)", R"("seconds":0.5)")), "");
}

TEST(WindowJson, bad_buckets_are_named_by_their_path) {
    const std::string path = "dependencies[0].phases[0].clean.buckets";
    for (const char* buckets :
         {"[[637]]", "[[637,1,1]]", "[637,1]", "7", R"([["a",1]])", "[[637,0]]", "[[637,-1]]", "[[-637,1]]",
          "[[637,1],[636,1]]", "[[637,1],[637,1]]", "[[99999999999,1]]", "[[637.5,1]]"}) {
        EXPECT_THAT(complaint(small("[[637,1]]", buckets)), HasSubstr(path)) << buckets;
    }
    EXPECT_THAT(complaint(small(R"("min_ns":1000000)", R"("min_ns":1000001)")), HasSubstr("clean.min_ns"));
    EXPECT_THAT(complaint(small(R"("buckets":[[637,1]])", R"("bucket":[[637,1]])")),
                HasSubstr("buckets is missing"));
}

TEST(WindowJson, sums_and_extremes_that_do_not_fit_are_drawn_to_the_buckets) {
    const auto latency = [](const std::string& clean) {
        const std::string from =
            R"("count":1,"sum_ns":1000000,"min_ns":1000000,"max_ns":1000000,"buckets":[[637,1]])";
        std::string line = small(from, clean);
        line.replace(line.find(R"("runs":2)"), 8, R"("runs":9)");
        line.replace(line.find(R"("reached":2)"), 11, R"("reached":9)");
        const auto window = parse_window(line);
        EXPECT_TRUE(window) << window.error().message;
        return window ? window->dependencies[0].phases[0].clean : Sketch();
    };
    for (
        const char* clean : {
            R"("buckets":[[600,1],[637,5],[700,2]])",
            R"("count":8,"sum_ns":0,"min_ns":0,"max_ns":0,"buckets":[[600,1],[637,5],[700,2]])",
            R"("count":99,"sum_ns":1,"min_ns":5,"max_ns":18446744073709551615,"buckets":[[600,1],[637,5],[700,2]])",
        }) {
        const Sketch sketch = latency(clean);
        EXPECT_EQ(sketch.count(), 8U);
        EXPECT_NEAR(sketch.quantile(0.5), 1'000'000, 12'000);
        EXPECT_EQ(*Sketch::decode(sketch.encode()), sketch) << "what was repaired is canonical";
    }
    EXPECT_EQ(latency(R"("buckets":[[637,1]])").count(), 1U);
    EXPECT_EQ(latency(R"("buckets":[[637,2]])").count(), 2U);
    EXPECT_EQ(latency(R"("buckets":[[3,1],[447,2],[448,1]])").buckets(), (Sketch::Buckets{{448, 4}}));
    EXPECT_EQ(latency(R"("buckets":[[1215,1],[1216,2],[2000,1]])").buckets(), (Sketch::Buckets{{1215, 4}}));
}

TEST(WindowJson, garbage_deep_nesting_and_huge_lines_are_refused) {
    for (const char* line :
         {"", " ", "null", "[]", "7", "\"text\"", "{", "{}", "{\"agent\":}", "\xff\xfe", "{} {}"}) {
        EXPECT_FALSE(parse_window(line)) << line;
    }
    EXPECT_FALSE(parse_window(std::string(1'000'000, '[')));
    std::string deep = "{\"agent\":";
    for (int i = 0; i < 100'000; ++i)
        deep += "{\"a\":";
    EXPECT_FALSE(parse_window(deep));
    EXPECT_THAT(complaint(std::string(kMaxWindowBytes + 1, ' ')), HasSubstr("4 MiB"));
    const std::string line = small();
    for (std::size_t length = 0; length < line.size(); ++length) {
        ASSERT_FALSE(parse_window(std::string_view(line).substr(0, length)));
    }
}

TEST(WindowJson, lists_past_their_bounds_are_refused) {
    std::string facts = R"("facts":[)";
    for (int i = 0; i < static_cast<int>(kMaxWindowFacts) + 1; ++i) {
        facts += (i == 0 ? "" : ",") +
                 (R"({"name":"f)" + std::to_string(i) + R"(","class":"ordered","value":"v","runs":1})");
    }
    EXPECT_THAT(
        complaint(small(R"("facts":[{"name":"f","class":"must_match","value":"v","runs":1}])", facts + "]")),
        HasSubstr("dependencies[0].facts"));
    EXPECT_THAT(complaint(small(R"("kind":"tcp")", R"("kind":")" + std::string(129, 'k') + "\"")),
                HasSubstr("kind"));
}

TEST(WindowJson, names_that_are_one_once_escaped_are_refused) {
    const auto entry = [](const std::string& name) {
        return R"({"dependency":")" + name + R"(","kind":"tcp","runs":1,"succeeded":1})";
    };
    const auto twice = [&](const std::string& first, const std::string& second) {
        return R"({"agent":"a","sequence":1,"start":"2026-11-23T10:00:00Z","seconds":1,"dependencies":[)" +
               entry(first) + "," + entry(second) + "]}";
    };
    EXPECT_EQ(complaint(twice(R"(x\u0001)", R"(x\u0002)")), "");
    EXPECT_THAT(complaint(twice(R"(x\u0001)", R"(x\\x01)")),
                HasSubstr("dependencies[1].dependency: stands twice"));
}

TEST(WindowJson, texts_are_escaped_on_reading_and_complaints_too) {
    const auto window = parse_window(small(R"("value":"v")", R"("value":"\u001b[2J\u202e\u0000")"));
    ASSERT_TRUE(window) << window.error().message;
    EXPECT_EQ(window->dependencies[0].facts[0].value, "\\x1B[2J\\u{202E}\\x00");
    const std::string words = complaint(small(R"("environment":"e")", R"("\u001b[2J":7)"));
    EXPECT_EQ(words.find('\x1b'), std::string::npos) << words;
    EXPECT_NE(words, "");
}

}  // namespace
}  // namespace plumb
