#include "model/cause.hpp"

#include "base/text.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

std::string source(const std::string& path) {
    const char* root = std::getenv("PLUMB_SOURCE_DIR");
    std::ifstream file(std::string(root == nullptr ? "." : root) + "/" + path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// The enumerators of `enum class Cause`, in order, as the header has them.
std::vector<std::string> enumerators() {
    const std::string header = source("model/cause.hpp");
    const std::size_t start = header.find("enum class Cause {");
    const std::string body = header.substr(start, header.find("};", start) - start);
    std::vector<std::string> names;
    std::istringstream lines(body);
    std::string line;
    const std::regex name(R"(^\s*([a-z_]+),)");
    for (std::smatch match; std::getline(lines, line);) {
        if (std::regex_search(line, match, name)) names.push_back(match[1]);
    }
    return names;
}

TEST(Causes, codes_follow_the_enumerators_as_layer_dot_word) {
    const auto names = enumerators();
    ASSERT_EQ(names.size(), all_causes().size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::string code = names[i];
        const std::size_t first = code.find('_');
        if (first != std::string::npos) code[first] = '.';
        EXPECT_EQ(all_causes()[i].code, code);
    }
}

TEST(Causes, every_entry_says_what_why_and_what_next) {
    for (const CauseInfo& info : all_causes()) {
        for (const std::string_view words : {info.meaning, info.reason, info.action}) {
            EXPECT_GT(words.size(), 10U) << info.code;
            EXPECT_EQ(words.back(), '.') << info.code << ": " << words;
            EXPECT_EQ(words.find("  "), std::string_view::npos) << info.code << ": " << words;
            EXPECT_EQ(sanitize(words, words.size()), words) << info.code;
        }
        EXPECT_FALSE(info.aliases.find("  ") != std::string_view::npos || trim(info.aliases) != info.aliases)
            << info.code;
    }
}

TEST(Causes, codes_are_unique_and_round_trip) {
    std::set<std::string_view> seen;
    for (const CauseInfo& info : all_causes()) {
        EXPECT_TRUE(seen.insert(info.code).second) << info.code;
        EXPECT_EQ(parse_cause(info.code), info.cause);
        EXPECT_EQ(to_string(info.cause), info.code);
        EXPECT_EQ(&cause_info(info.cause), &info);
    }
    EXPECT_FALSE(parse_cause("tcp.nonsense"));
    EXPECT_FALSE(parse_cause(""));
}

TEST(Causes, a_value_outside_the_enum_reads_as_unknown) {
    EXPECT_EQ(cause_info(static_cast<Cause>(9999)).cause, Cause::unknown);
}

TEST(Causes, limits_that_refuse_are_saturation_and_the_tasks_own_are_exhaustion) {
    for (const Cause cause : {Cause::postgres_too_many_connections, Cause::redis_max_clients,
                              Cause::http_rate_limited, Cause::redis_out_of_memory, Cause::latency_server,
                              Cause::gauge_headroom, Cause::gauge_forecast, Cause::gauge_projection}) {
        EXPECT_EQ(cause_info(cause).category, Category::saturation) << to_string(cause);
    }
    for (const Cause cause :
         {Cause::local_descriptors, Cause::local_memory, Cause::tcp_no_local_address, Cause::task_vanished,
          Cause::task_starved, Cause::task_oom_killed, Cause::task_connection_leak}) {
        EXPECT_EQ(cause_info(cause).category, Category::exhaustion) << to_string(cause);
    }
    for (const Cause cause : {Cause::dns_nxdomain, Cause::tcp_timeout, Cause::tcp_refused,
                              Cause::tls_unknown_authority, Cause::redis_noauth, Cause::postgres_auth_failed,
                              Cause::latency_network, Cause::latency_unknown, Cause::fact_differs}) {
        EXPECT_EQ(cause_info(cause).category, Category::drift) << to_string(cause);
    }
    for (const Cause cause : {Cause::warmup_margin, Cause::task_replaced, Cause::task_wrong_port,
                              Cause::task_ready_early, Cause::task_not_ready})
        EXPECT_EQ(cause_info(cause).category, Category::health) << to_string(cause);
}

TEST(Causes, layers_follow_the_first_word) {
    const std::map<std::string_view, Layer> layers{
        {"dns", Layer::resolve}, {"tcp", Layer::connect}, {"tls", Layer::handshake}, {"local", Layer::task}};
    for (const CauseInfo& info : all_causes()) {
        const auto found = layers.find(split(info.code, '.').front());
        if (found != layers.end()) {
            EXPECT_EQ(info.layer, found->second) << info.code;
        }
    }
    EXPECT_EQ(cause_info(Cause::postgres_auth_failed).layer, Layer::authenticate);
    EXPECT_EQ(cause_info(Cause::http_bad_gateway).layer, Layer::request);
}

TEST(Causes, the_words_people_meet_find_their_cause) {
    const std::map<std::string_view, Cause> words{
        {"28P01", Cause::postgres_auth_failed},
        {"407", Cause::http_proxy_unauthorized},
        {"NOT_SERVING", Cause::grpc_not_serving},
        {"unimplemented", Cause::grpc_unimplemented},
        {"28p01", Cause::postgres_auth_failed},
        {"53300", Cause::postgres_too_many_connections},
        {"25006", Cause::postgres_read_only},
        {"57P03", Cause::postgres_starting_up},
        {"3D000", Cause::postgres_no_database},
        {"NXDOMAIN", Cause::dns_nxdomain},
        {"SERVFAIL", Cause::dns_servfail},
        {"EMFILE", Cause::local_descriptors},
        {"EADDRNOTAVAIL", Cause::tcp_no_local_address},
        {"EHOSTUNREACH", Cause::tcp_unreachable},
        {"NOAUTH", Cause::redis_noauth},
        {"WRONGPASS", Cause::redis_wrongpass},
        {"NOPERM", Cause::redis_noperm},
        {"MOVED", Cause::redis_moved},
        {"LOADING", Cause::redis_loading},
        {"OOM", Cause::redis_out_of_memory},
        {"maxclients", Cause::redis_max_clients},
        {"429", Cause::http_rate_limited},
        {"403", Cause::http_unauthorized},
        {"503", Cause::http_unavailable},
        {"137", Cause::task_vanished},
        {"tcp.timeout", Cause::tcp_timeout},
        {"TCP.Timeout", Cause::tcp_timeout},
    };
    for (const auto& [word, cause] : words) {
        std::vector<Cause> found;
        for (const CauseInfo* info : find_causes(word))
            found.push_back(info->cause);
        EXPECT_THAT(found, testing::Contains(cause)) << word;
    }
    EXPECT_EQ(find_causes("tcp.timeout").size(), 1U);
    EXPECT_GT(find_causes("ETIMEDOUT").size(), 1U);
    EXPECT_TRUE(find_causes("").empty());
    EXPECT_TRUE(find_causes("no-such-word").empty());
}

TEST(Causes, the_facts_that_people_look_up_stand_in_the_text) {
    const auto all = [](Cause cause) {
        const CauseInfo& info = cause_info(cause);
        return std::string(info.meaning) + " " + std::string(info.reason) + " " + std::string(info.action);
    };
    using testing::HasSubstr;
    EXPECT_THAT(all(Cause::dns_nxdomain), HasSubstr("ndots"));
    EXPECT_THAT(all(Cause::dns_timeout), HasSubstr("1,024"));
    EXPECT_THAT(all(Cause::dns_timeout), HasSubstr("linklocal_allowance_exceeded"));
    EXPECT_THAT(all(Cause::tcp_timeout), HasSubstr("55,000"));
    EXPECT_THAT(all(Cause::tcp_timeout), HasSubstr("ErrorPortAllocation"));
    EXPECT_THAT(all(Cause::peer_reset), HasSubstr("350 s"));
    EXPECT_THAT(all(Cause::postgres_too_many_connections), HasSubstr("LEAST(memory/9531392, 5000)"));
    EXPECT_THAT(all(Cause::redis_max_clients), HasSubstr("65,000"));
    EXPECT_THAT(all(Cause::http_bad_gateway), HasSubstr("300 s"));
    EXPECT_THAT(all(Cause::http_gateway_timeout), HasSubstr("60 s"));
    EXPECT_THAT(all(Cause::task_vanished), HasSubstr("137"));
    EXPECT_THAT(all(Cause::warmup_margin), HasSubstr("80 %"));
    EXPECT_THAT(all(Cause::latency_unknown), HasSubstr("throttling"));
}

TEST(Categories, round_trip) {
    for (const Category category :
         {Category::drift, Category::saturation, Category::exhaustion, Category::health}) {
        EXPECT_EQ(parse_category(to_string(category)), category);
    }
    EXPECT_FALSE(parse_category("Drift"));
}

TEST(Layers, round_trip_and_follow_the_phase) {
    for (const Layer layer : {Layer::resolve, Layer::connect, Layer::handshake, Layer::authenticate,
                              Layer::request, Layer::server, Layer::task}) {
        EXPECT_EQ(parse_layer(to_string(layer)), layer);
    }
    EXPECT_FALSE(parse_layer(""));
    EXPECT_EQ(layer_of_phase(phase::resolve), Layer::resolve);
    EXPECT_EQ(layer_of_phase(phase::tunnel), Layer::connect);
    EXPECT_EQ(layer_of_phase(phase::handshake), Layer::handshake);
    EXPECT_EQ(layer_of_phase(phase::resume), Layer::handshake);
    EXPECT_EQ(layer_of_phase(phase::first_byte), Layer::request);
    EXPECT_EQ(layer_of_phase("something_new"), Layer::request);
}

}  // namespace
}  // namespace plumb
