#include "probes/registry.hpp"

#include "model/run_order.hpp"
#include "probes/net/resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using testing::HasSubstr;
using testing::Not;

class Registry : public testing::Test {
  protected:
    Result<Prepared> prepare(const std::string& text) {
        Target target;
        target.dependency = "d";
        target.url = parse_url(text).value();
        return Prepared::make(std::move(target), services_);
    }
    std::string problem(const std::string& text) {
        const auto prepared = prepare(text);
        EXPECT_FALSE(prepared) << text;
        return prepared ? "" : prepared.error().message;
    }

  private:
    boost::asio::io_context context_;
    std::unique_ptr<net::Resolver> resolver_ =
        net::Resolver::make(context_.get_executor(), {"127.0.0.1:1"}).value();
    Services services_{context_.get_executor(), *resolver_};
};

TEST_F(Registry, every_scheme_of_every_kind_is_found) {
    for (const auto& kind : all_kinds()) {
        for (const auto& scheme : kind.schemes) {
            const auto match = find_scheme(scheme.name);
            ASSERT_TRUE(match) << scheme.name;
            EXPECT_EQ(match->kind->name, kind.name);
            EXPECT_FALSE(match->fallback);
        }
    }
}

TEST_F(Registry, a_scheme_without_a_probe_is_reached_by_tcp_and_says_so) {
    const auto prepared = prepare("mysql://app:hunter2@db/orders?charset=utf8");
    ASSERT_TRUE(prepared);
    EXPECT_EQ(prepared->kind().name, "tcp");
    EXPECT_EQ(prepared->target().url.port, 3306);
    EXPECT_THAT(prepared->target().note, HasSubstr("TCP on port 3306"));
    EXPECT_EQ(prepared->display(), "mysql://app:***@db/orders?charset=***");
}

TEST_F(Registry, a_phase_is_limited_also_where_the_scheme_has_no_probe) {
    const auto prepared = prepare("mysql://db/orders?charset=utf8&limit.connect=500ms");
    ASSERT_TRUE(prepared);
    ASSERT_EQ(prepared->target().limits.size(), 1U);
    EXPECT_EQ(prepared->target().limits[0].phase, "connect");
    EXPECT_EQ(prepared->display(), "mysql://db/orders?charset=***&limit.connect=500ms");
    EXPECT_THAT(problem("mysql://db?limit.query=1s"), HasSubstr("tcp has no phase 'query'"));
}

TEST_F(Registry, usual_ports_are_known) {
    EXPECT_EQ(find_scheme("amqp")->default_port, 5672);
    EXPECT_TRUE(find_scheme("amqps")->tls);
    EXPECT_EQ(find_scheme("mongodb")->default_port, 27017);
    EXPECT_EQ(find_scheme("kafka")->default_port, 9092);
    EXPECT_EQ(find_scheme("smtp")->default_port, 25);
    EXPECT_EQ(find_scheme("ldaps")->default_port, 636);
}

TEST_F(Registry, a_drivers_name_in_the_scheme_is_ignored) {
    EXPECT_EQ(find_scheme("mysql+pymysql")->default_port, 3306);
    EXPECT_FALSE(find_scheme("mongodb+srv"));
}

TEST_F(Registry, an_unknown_scheme_is_refused_with_the_nearest) {
    const auto message = problem("tpc://host:1");
    EXPECT_THAT(message, HasSubstr("'tpc'"));
    EXPECT_THAT(message, HasSubstr("did you mean 'tcp'"));
    EXPECT_THAT(message, HasSubstr("dns"));
}

TEST_F(Registry, a_target_without_host_or_port_is_refused) {
    EXPECT_THAT(problem("tcp://host"), HasSubstr("no port"));
    EXPECT_THAT(problem("tcp://:80"), HasSubstr("no host"));
}

TEST_F(Registry, an_unknown_option_is_refused_with_the_known_ones) {
    EXPECT_THAT(problem("tls://host:1?sin=x"), HasSubstr("did you mean 'sni'"));
    EXPECT_THAT(problem("tcp://host:1?sin=x"), HasSubstr("family"));
    EXPECT_THAT(problem("tcp://host:1?sni=x"), HasSubstr("add starttls="));
    EXPECT_THAT(problem("dns://name?typ=A"), HasSubstr("did you mean 'type'"));
}

TEST_F(Registry, the_dns_kind_checks_its_options) {
    EXPECT_THAT(problem("dns://name?type=XYZ"), HasSubstr("AAAA"));
    EXPECT_THAT(problem("dns://name?server=resolver"), HasSubstr("IP:PORT"));
    EXPECT_THAT(problem("dns://10.0.0.1?type=A"), HasSubstr("type=PTR"));
    EXPECT_TRUE(prepare("dns://10.0.0.1?type=ptr"));
    EXPECT_TRUE(prepare("dns://name?type=srv&server=10.0.0.2:53&expect=x"));
    EXPECT_TRUE(prepare("dns://name:53/?type=A&expect=10.0.0.1"));
}

TEST_F(Registry, own_options_are_shown_and_others_are_not) {
    EXPECT_EQ(prepare("tls://h:1?sni=x&ca=/c")->display(), "tls://h:1?sni=x&ca=/c");
    EXPECT_EQ(prepare("grpc://h:1/a.B?authority=x&header=authorization:hunter2")->display(),
              "grpc://h:1/a.B?authority=x&header=***");
    EXPECT_THAT(prepare("kafka://h?password=hunter2")->display(), Not(HasSubstr("hunter2")));
}

TEST_F(Registry, an_http_query_belongs_to_the_server_and_is_never_shown) {
    const auto prepared = prepare("https://api.example.com/v1?key=s3cret&status=200#status=200-204");
    EXPECT_EQ(prepared->display(), "https://api.example.com/v1?key=***&status=***");
}

TEST_F(Registry, of_several_hosts_it_says_that_one_is_probed) {
    const auto prepared = prepare("kafka://a:9092,b:9092");
    ASSERT_TRUE(prepared);
    EXPECT_THAT(prepared->target().note, HasSubstr("only the first is probed"));
}

// The judge orders phases by a table of its own, since it knows no kinds.
TEST(Kinds, declare_their_phases_in_the_order_of_a_run_as_the_judge_has_it) {
    for (const Kind& kind : all_kinds()) {
        if (kind.schemes.empty()) continue;  // the task's checks are no steps of a run
        const auto& phases = kind.catalog.phases;
        for (std::size_t i = 1; i < phases.size(); ++i) {
            EXPECT_LT(place_of_phase(phases[i - 1].name), place_of_phase(phases[i].name))
                << kind.name << ": " << phases[i - 1].name << " " << phases[i].name;
        }
    }
}

}  // namespace
}  // namespace plumb
