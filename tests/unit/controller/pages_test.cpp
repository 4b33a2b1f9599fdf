#include "controller/web/pages.hpp"

#include "tests/support/broken_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::web {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Pages, health_is_about_the_process_and_readiness_about_the_store) {
    test::BrokenStore store;
    metrics::Metrics metrics;
    EXPECT_EQ(answer("GET", "/healthz", store, metrics).status, 200u);
    EXPECT_EQ(answer("GET", "/readyz", store, metrics).status, 503u);
    EXPECT_THAT(answer("GET", "/readyz", store, metrics).body, Not(HasSubstr("/secret/path")));
    store.broken = false;
    EXPECT_EQ(answer("HEAD", "/readyz?verbose", store, metrics).status, 200u);
    EXPECT_EQ(metrics.store_errors, 2u);
}

TEST(Pages, metrics_are_prometheus_text) {
    test::BrokenStore store;
    metrics::Metrics metrics;
    metrics.windows_received = 3;
    metrics.commits = 2;
    metrics.commit_ns = 1500000;
    const auto page = answer("GET", "/metrics", store, metrics);
    EXPECT_THAT(std::string(page.content_type), HasSubstr("version=0.0.4"));
    for (const char* line :
         {"\nplumb_windows_received_total 3\n", "\nplumb_store_commit_seconds_sum 0.001500000\n",
          "\nplumb_store_commit_seconds_count 2\n", "\nplumb_build_info{version=\"",
          "# TYPE plumb_streams gauge\n"}) {
        EXPECT_THAT("\n" + page.body, HasSubstr(line));
    }
}

TEST(Pages, other_paths_and_methods_are_refused) {
    test::BrokenStore store;
    metrics::Metrics metrics;
    EXPECT_EQ(answer("GET", "/", store, metrics).status, 404u);
    EXPECT_EQ(answer("GET", "/healthz/../etc/passwd", store, metrics).status, 404u);
    EXPECT_EQ(answer("POST", "/healthz", store, metrics).status, 405u);
}

}  // namespace
}  // namespace plumb::web
