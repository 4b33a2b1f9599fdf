#include "probes/http/status.hpp"

#include <algorithm>

namespace plumb::http {

bool is_expected(int status, std::span<const StatusRange> expected) {
    return std::any_of(expected.begin(), expected.end(), [status](const StatusRange& range) {
        return status >= range.first && status <= range.last;
    });
}

Cause cause_of_status(int status) {
    switch (status) {
        case 401:
        case 403:
            return Cause::http_unauthorized;
        case 404:
            return Cause::http_not_found;
        case 407:
            return Cause::http_proxy_unauthorized;
        case 429:
            return Cause::http_rate_limited;
        case 502:
            return Cause::http_bad_gateway;
        case 503:
            return Cause::http_unavailable;
        case 504:
            return Cause::http_gateway_timeout;
        default:
            return status >= 500 && status < 600 ? Cause::http_server_error : Cause::http_status;
    }
}

}  // namespace plumb::http
