// What --http answers, as a function of the request's line: no sockets here.
#pragma once

#include "controller/metrics/metrics.hpp"
#include "controller/store/store.hpp"

#include <string>
#include <string_view>

namespace plumb::web {

struct Page {
    unsigned status = 200;
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string body;
    bool get_only = false;  // 405: the answer names the methods that are right
};

// /healthz: the process lives, 200 always · /readyz: 200 when the store can be read, else 503 with the reason
// in the log · /metrics · 404 for everything else. Reads the store; may take as long as one read of it.
Page answer(std::string_view method, std::string_view target, store::Store& store, metrics::Metrics& metrics);

}  // namespace plumb::web
