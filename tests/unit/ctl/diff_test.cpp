#include "controller/ctl/diff/compare.hpp"
#include "controller/ctl/diff/render.hpp"
#include "controller/ctl/diff/rules.hpp"
#include "tests/unit/ctl/saved_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using judge::Finding;
using judge::Severity;
using test::failure_json;
using test::saved_check;
using test::SavedOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Finding> diff(const std::vector<SavedOutcome>& a, const std::vector<SavedOutcome>& b) {
    const auto baseline = read_check(saved_check(a), "a.json");
    const auto candidate = read_check(saved_check(b), "b.json");
    if (!baseline || !candidate) throw std::runtime_error("a saved check of the test is unreadable");
    return compare_checks(*baseline, *candidate);
}

std::vector<std::string> subjects(const std::vector<Finding>& findings) {
    std::vector<std::string> result;
    for (const auto& finding : findings)
        result.push_back(finding.dependency + " " + finding.subject);
    return result;
}

SavedOutcome with(const std::function<void(SavedOutcome&)>& change) {
    SavedOutcome outcome;
    change(outcome);
    return outcome;
}

TEST(Diff, equal_checks_have_no_difference) {
    EXPECT_THAT(diff({{}}, {{}}), IsEmpty());
}

TEST(Diff, addresses_ports_times_and_latencies_never_differ) {
    const auto other = with([](auto& o) {
        o.address = "10.9.9.9:15432";
        o.total_us = 999999;
        o.facts += R"(,"dns.resolver":"10.9.0.2:53","dns.addresses":"10.9.9.9","tls.days_left":"12",)"
                   R"("tls.sha256":"ab","dns.ttl":"7","http.server":"nginx/1.2")";
    });
    const auto first = with([](auto& o) {
        o.facts += R"(,"dns.resolver":"10.0.0.2:53","dns.addresses":"10.0.1.7","tls.days_left":"80",)"
                   R"("tls.sha256":"cd","dns.ttl":"60","http.server":"nginx/1.3")";
    });
    EXPECT_THAT(diff({first}, {other}), IsEmpty());
}

TEST(Diff, a_failure_on_one_side_names_phase_and_cause) {
    const auto findings =
        diff({{}}, {with([](auto& o) { o.failure = failure_json("connect", "tcp.timeout", "no answer"); })});
    ASSERT_THAT(subjects(findings), ElementsAre("database failures"));
    EXPECT_EQ(findings[0].cause, "tcp.timeout");
    EXPECT_EQ(findings[0].layer, Layer::connect);
    EXPECT_EQ(findings[0].severity, Severity::critical);
    EXPECT_EQ(findings[0].baseline, "ok");
    EXPECT_THAT(findings[0].candidate, HasSubstr("connect: tcp.timeout (no answer)"));
    EXPECT_FALSE(findings[0].action.empty());
}

TEST(Diff, a_baseline_that_fails_is_a_difference_that_warns) {
    const auto findings =
        diff({with([](auto& o) { o.failure = failure_json("resolve", "dns.nxdomain"); })}, {{}});
    ASSERT_THAT(subjects(findings), ElementsAre("database failures"));
    EXPECT_EQ(findings[0].severity, Severity::warning);
}

TEST(Diff, the_same_failure_on_both_sides_is_no_difference) {
    const auto failing = with([](auto& o) { o.failure = failure_json("connect", "tcp.refused"); });
    EXPECT_THAT(diff({failing}, {failing}), IsEmpty());
}

TEST(Diff, two_different_failures_are_a_difference) {
    const auto findings = diff({with([](auto& o) { o.failure = failure_json("connect", "tcp.refused"); })},
                               {with([](auto& o) { o.failure = failure_json("resolve", "dns.nxdomain"); })});
    ASSERT_THAT(subjects(findings), ElementsAre("database failures"));
    EXPECT_EQ(findings[0].layer, Layer::resolve);
}

TEST(Diff, what_a_failed_run_could_not_see_is_not_missing) {
    const auto failed = with([](auto& o) {
        o.failure = failure_json("connect", "tcp.timeout");
        o.facts = R"("dns.scope":"private")";
        o.gauges = "";
    });
    EXPECT_THAT(subjects(diff({{}}, {failed})), ElementsAre("database failures"));
}

TEST(Diff, the_majority_of_repeated_runs_decides) {
    const auto failing = with([](auto& o) { o.failure = failure_json("connect", "tcp.timeout"); });
    const std::vector<SavedOutcome> mostly_ok{{}, {}, {}, {}, {}, {}, {}, {}, {}, failing};
    EXPECT_THAT(diff({{}}, mostly_ok), IsEmpty()) << "one lost packet in ten is no difference";
    const std::vector<SavedOutcome> shaky{{}, {}, {}, {}, {}, {}, failing, failing, failing, failing};
    const auto findings = diff({{}}, shaky);
    ASSERT_THAT(subjects(findings), ElementsAre("database failures"));
    EXPECT_EQ(findings[0].severity, Severity::warning);
    EXPECT_THAT(findings[0].candidate, HasSubstr("4 of 10 runs fail"));
    const auto most = diff({{}}, {{}, failing, failing});
    ASSERT_EQ(most.size(), 1u);
    EXPECT_EQ(most[0].severity, Severity::critical);
}

TEST(Diff, a_fact_that_must_match_and_does_not) {
    const auto findings = diff(
        {{}},
        {with([](auto& o) { o.facts = R"("tls.version":"TLSv1.2","postgres.server_version":"15.4")"; })});
    ASSERT_THAT(subjects(findings), ElementsAre("database fact:tls.version"));
    EXPECT_EQ(findings[0].cause, "fact.differs");
    EXPECT_EQ(findings[0].layer, Layer::handshake);
    EXPECT_EQ(findings[0].baseline, "TLSv1.3");
    EXPECT_EQ(findings[0].candidate, "TLSv1.2");
}

TEST(Diff, a_fact_that_one_side_lacks) {
    const auto findings =
        diff({{}}, {with([](auto& o) { o.facts = R"("postgres.server_version":"15.4")"; })});
    ASSERT_THAT(subjects(findings), ElementsAre("database fact:tls.version"));
    EXPECT_EQ(findings[0].cause, "fact.missing");
    EXPECT_EQ(findings[0].candidate, "not there");
}

TEST(Diff, a_literal_address_where_the_other_side_has_a_name_is_no_difference) {
    const auto named =
        with([](auto& o) { o.facts += R"(,"dns.scope":"private","dns.answers":"1","dns.cnames":"0")"; });
    const auto literal = with([](auto& o) { o.facts += R"(,"dns.scope":"private")"; });
    EXPECT_THAT(diff({named}, {literal}), IsEmpty());
    EXPECT_THAT(diff({literal}, {named}), IsEmpty());
    const auto open = with([](auto& o) { o.facts += R"(,"dns.scope":"public")"; });
    EXPECT_THAT(subjects(diff({named}, {open})), ElementsAre("database fact:dns.scope"));
}

TEST(Diff, a_file_that_tells_classes_is_believed) {
    const auto told = [](const std::string& value) {
        return with([&](auto& o) {
            o.facts = R"("x":")" + value + R"(")";
            o.catalog = R"(,"catalog":{"facts":{"x":"must_differ"}})";
        });
    };
    EXPECT_THAT(diff({told("one")}, {told("two")}), IsEmpty());
    EXPECT_THAT(subjects(diff({told("one")}, {told("one")})), ElementsAre("database fact:x"));
}

TEST(Diff, what_moves_by_itself_is_no_difference_though_the_judge_orders_it) {
    const auto days = [](const std::string& left) {
        return with([&](auto& o) {
            o.facts = R"("tls.days_left":")" + left + R"(")";
            o.catalog = R"(,"catalog":{"facts":{"tls.days_left":"ordered"}})";
        });
    };
    EXPECT_THAT(diff({days("60")}, {days("59")}), IsEmpty());
}

TEST(Diff, a_gauge_that_the_file_calls_evicting_only_warns) {
    const auto cellar = [](int value, std::string_view refuses) {
        return with([&](auto& o) {
            o.gauges = R"("cellar.bottles":{"value":)" + std::to_string(value) + R"(,"limit":100})";
            o.catalog = R"(,"catalog":{"gauges":{"cellar.bottles":{"refuses_at_limit":)" +
                        std::string(refuses) + "}}}";
        });
    };
    const auto evicting = diff({cellar(10, "false")}, {cellar(99, "false")});
    ASSERT_EQ(evicting.size(), 1u);
    EXPECT_EQ(evicting[0].severity, Severity::warning);
    const auto refusing = diff({cellar(10, "true")}, {cellar(99, "true")});
    ASSERT_EQ(refusing.size(), 1u);
    EXPECT_EQ(refusing[0].severity, Severity::critical);
}

TEST(Diff, another_limit_is_a_warning_and_scarce_headroom_holds) {
    const auto limit = [](int value, int most) {
        return with([&](auto& o) {
            o.gauges = R"("postgres.connections":{"value":)" + std::to_string(value) + R"(,"limit":)" +
                       std::to_string(most) + "}";
        });
    };
    const auto smaller = diff({limit(10, 100)}, {limit(10, 50)});
    ASSERT_THAT(subjects(smaller), ElementsAre("database gauge:postgres.connections"));
    EXPECT_EQ(smaller[0].severity, Severity::warning);
    const auto scarce = diff({limit(10, 100)}, {limit(18, 20)});
    ASSERT_EQ(scarce.size(), 1u);
    EXPECT_EQ(scarce[0].cause, "gauge.headroom");
    EXPECT_EQ(scarce[0].severity, Severity::critical);
    EXPECT_EQ(scarce[0].candidate, "18 of 20");
    const auto memory = [](int value) {
        return with([&](auto& o) {
            o.gauges = R"("redis.memory":{"value":)" + std::to_string(value) + R"(,"limit":100})";
        });
    };
    EXPECT_EQ(diff({memory(10)}, {memory(99)}).at(0).severity, Severity::warning) << "a full cache evicts";
    EXPECT_THAT(diff({limit(10, 100)}, {limit(60, 100)}), IsEmpty()) << "use alone is load, not drift";
    EXPECT_THAT(diff({limit(95, 100)}, {limit(90, 100)}), IsEmpty()) << "both are scarce";
    EXPECT_THAT(diff({limit(79, 100)}, {limit(82, 100)}), IsEmpty()) << "noise about the line";
    EXPECT_EQ(diff({limit(79, 100)}, {limit(85, 100)}).size(), 1u);
}

TEST(Diff, a_dependency_that_one_side_does_not_have) {
    const auto cache = with([](auto& o) { o.dependency = "cache"; });
    const auto findings = diff({{}, cache}, {{}});
    ASSERT_THAT(subjects(findings), ElementsAre("cache fact:dependency"));
    EXPECT_EQ(findings[0].severity, Severity::critical);
    EXPECT_THAT(findings[0].reason, HasSubstr("'cache'"));
    EXPECT_EQ(diff({{}}, {{}, cache}).at(0).severity, Severity::warning);
}

std::vector<Finding> interrupted_diff(const std::vector<SavedOutcome>& whole,
                                      const std::string& interruption) {
    auto cut = saved_check({{}});
    cut.insert(cut.rfind('}'), interruption);
    const auto baseline = read_check(saved_check(whole), "a.json");
    const auto candidate = read_check(cut, "b.json");
    if (!baseline || !candidate) throw std::runtime_error("a saved check of the test is unreadable");
    return compare_checks(*baseline, *candidate);
}

TEST(Diff, what_an_interrupted_check_did_not_come_to_is_not_critical) {
    const auto cache = with([](auto& o) { o.dependency = "cache"; });
    const auto queue = with([](auto& o) { o.dependency = "queue"; });
    const auto told =
        interrupted_diff({{}, cache, queue}, R"(,"interrupted":true,"not_checked":["cache","\u001b[2J"])");
    ASSERT_THAT(subjects(told), ElementsAre("cache fact:dependency", "queue fact:dependency"));
    EXPECT_EQ(told[0].severity, Severity::warning);
    EXPECT_EQ(told[0].baseline, "checked");
    EXPECT_EQ(told[0].candidate, "not checked in b.json (interrupted)");
    EXPECT_EQ(told[1].severity, Severity::critical) << "it was never to be checked";
    const auto silent = interrupted_diff({{}, cache}, R"(,"interrupted":true)");
    ASSERT_EQ(silent.size(), 1u);
    EXPECT_EQ(silent[0].severity, Severity::warning) << "which ones is not told: it may be any";
}

TEST(Diff, what_a_failing_side_tells_otherwise_is_explained_by_its_failure) {
    const auto status = [](const std::string& value, const std::string& failure) {
        return with([&](auto& o) {
            o.kind = "http";
            o.facts = R"("http.status":")" + value + R"(")";
            o.failure = failure;
        });
    };
    const auto failing = status("503", failure_json("first_byte", "http.status", "503"));
    const auto broken = diff({status("200", "")}, {failing});
    ASSERT_THAT(subjects(broken), ElementsAre("database failures"));
    EXPECT_EQ(broken[0].severity, Severity::critical);
    ASSERT_THAT(subjects(broken[0].folded), ElementsAre("database fact:http.status"));
    const auto mended = diff({failing}, {status("200", "")});
    ASSERT_THAT(subjects(mended), ElementsAre("database failures"));
    EXPECT_EQ(mended[0].severity, Severity::warning);
    EXPECT_EQ(mended[0].folded.at(0).severity, Severity::warning) << "else a policy would make both critical";
}

TEST(Diff, another_kind_is_one_difference) {
    EXPECT_THAT(subjects(diff({{}}, {with([](auto& o) {
                                  o.kind = "tcp";
                                  o.facts = "";
                                  o.gauges = "";
                              })})),
                ElementsAre("database fact:kind"));
}

TEST(Diff, what_stops_comes_before_what_warns) {
    const auto a = with([](auto& o) { o.dependency = "a"; });
    const auto z = with([](auto& o) {
        o.dependency = "z";
        o.failure = failure_json("connect", "tcp.refused");
    });
    const auto fine_z = with([](auto& o) { o.dependency = "z"; });
    EXPECT_THAT(subjects(by_weight(diff({fine_z}, {a, z}))), ElementsAre("z failures", "a fact:dependency"));
}

TEST(Diff, hostile_text_is_escaped) {
    const auto findings = diff({{}}, {with([](auto& o) {
                                   o.failure =
                                       failure_json("connect", "tcp.timeout", R"(\u001b[2J\u202eabc)");
                                   o.facts += R"(,"evil\u0007":"x")";
                               })});
    for (const auto& finding : findings) {
        EXPECT_EQ((finding.candidate + finding.subject).find_first_of("\x1b\a"), std::string::npos);
        EXPECT_EQ(finding.candidate.find("\xe2\x80\xae"), std::string::npos);
    }
}

TEST(Diff, outcomes_of_a_wrong_shape_are_refused_with_the_files_name) {
    for (const std::string outcomes :
         {R"(["x"])", R"([{}])", R"([{"dependency":"d"}])", R"([{"dependency":7,"ok":true}])",
          R"([{"dependency":"d","ok":"yes"}])"}) {
        const auto read = read_check(R"({"agent":{},"outcomes":)" + outcomes + "}", "b.json");
        ASSERT_FALSE(read) << outcomes;
        EXPECT_THAT(read.error().message, HasSubstr("b.json"));
    }
}

TEST(Diff, odd_values_inside_an_outcome_are_passed_over) {
    const auto read = read_check(
        R"({"agent":{},"outcomes":[{"dependency":"d","ok":false,"failure":7,"facts":[1],"gauges":{"g":{"value":"x"},)"
        R"("h":3,"i":{"value":1,"limit":0}},"total_us":"late"}]})",
        "b.json");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->dependencies.at("d").failure->cause, "unknown");
    EXPECT_FALSE(read->dependencies.at("d").gauges.at("i").headroom());
}

TEST(Diff, names_of_identities_are_known_by_their_parts) {
    for (const char* name : {"dns.addresses", "dns.resolver", "tls.days_left", "tls.not_after", "tls.sha256",
                             "postgres.system_identifier", "redis.uptime_seconds", "http.server"}) {
        EXPECT_EQ(class_of(name, std::nullopt), FactClass::informational) << name;
    }
    for (const char* name : {"tls.version", "tls.issuer", "tls.san_match", "dns.scope", "postgres.role",
                             "redis.server", "redis.maxmemory_policy", "http.status", "redis.role"}) {
        EXPECT_EQ(class_of(name, std::nullopt), FactClass::must_match) << name;
    }
    EXPECT_EQ(class_of("redis.version", std::nullopt), FactClass::ordered);
    EXPECT_EQ(class_of("dns.addresses", FactClass::must_match), FactClass::must_match);
}

}  // namespace
}  // namespace plumb::ctl
