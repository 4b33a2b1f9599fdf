#include "controller/web/pages.hpp"

#include <cstdio>

namespace plumb::web {
namespace {

Page ready(store::Store& store, metrics::Metrics& metrics) {
    try {
        store.check();
        return {.body = "ready\n"};
    } catch (const store::StoreError& error) {
        ++metrics.store_errors;
        // The reason names files of this machine: for its operators, not for whoever asks.
        std::fprintf(stderr, "plumb-controller: %s\n", error.what());
        return {.status = 503, .body = "not ready: the store cannot be read\n"};
    }
}

}  // namespace

Page answer(std::string_view method, std::string_view target, store::Store& store,
            metrics::Metrics& metrics) {
    if (method != "GET" && method != "HEAD")
        return {.status = 405, .body = "only GET and HEAD\n", .get_only = true};
    const std::string_view path = target.substr(0, target.find('?'));
    if (path == "/healthz") return {.body = "ok\n"};
    if (path == "/readyz") return ready(store, metrics);
    if (path == "/metrics") {
        return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = prometheus_text(metrics)};
    }
    return {.status = 404, .body = "nothing here; try /healthz, /readyz or /metrics\n"};
}

}  // namespace plumb::web
