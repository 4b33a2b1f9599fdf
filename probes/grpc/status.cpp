#include "probes/grpc/status.hpp"

#include <array>
#include <charconv>
#include <nghttp2/nghttp2.h>

namespace plumb::grpc_health {
namespace {

struct Code {
    std::string_view name;
    Cause cause;
};

// In the order of the codes, from 0.
constexpr std::array<Code, 17> kCodes{{
    {"OK", Cause::grpc_error},
    {"CANCELLED", Cause::grpc_error},
    {"UNKNOWN", Cause::grpc_error},
    {"INVALID_ARGUMENT", Cause::grpc_error},
    {"DEADLINE_EXCEEDED", Cause::grpc_deadline_exceeded},
    {"NOT_FOUND", Cause::grpc_unknown_service},
    {"ALREADY_EXISTS", Cause::grpc_error},
    {"PERMISSION_DENIED", Cause::grpc_permission_denied},
    {"RESOURCE_EXHAUSTED", Cause::grpc_resource_exhausted},
    {"FAILED_PRECONDITION", Cause::grpc_error},
    {"ABORTED", Cause::grpc_error},
    {"OUT_OF_RANGE", Cause::grpc_error},
    {"UNIMPLEMENTED", Cause::grpc_unimplemented},
    {"INTERNAL", Cause::grpc_error},
    {"UNAVAILABLE", Cause::grpc_unavailable},
    {"DATA_LOSS", Cause::grpc_error},
    {"UNAUTHENTICATED", Cause::grpc_unauthenticated},
}};
constexpr int kCancelled = 1;
constexpr int kPermissionDenied = 7;
constexpr int kResourceExhausted = 8;
constexpr int kUnimplemented = 12;
constexpr int kInternal = 13;
constexpr int kUnavailable = 14;
constexpr int kUnauthenticated = 16;

const Code& code_of(int status) {
    const bool known = status >= 0 && static_cast<std::size_t>(status) < kCodes.size();
    return kCodes[static_cast<std::size_t>(known ? status : kUnknown)];
}

}  // namespace

int parse_status(std::string_view text) {
    int status = kUnknown;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool whole = error == std::errc{} && stop == text.data() + text.size();
    return whole && status >= 0 && static_cast<std::size_t>(status) < kCodes.size() ? status : kUnknown;
}

std::string_view status_name(int status) {
    return code_of(status).name;
}

Cause cause_of_status(int status) {
    return code_of(status).cause;
}

int status_of_http(int http_status) {
    switch (http_status) {
        case 400:
            return kInternal;
        case 401:
            return kUnauthenticated;
        case 403:
            return kPermissionDenied;
        case 404:
            return kUnimplemented;
        case 429:
        case 502:
        case 503:
        case 504:
            return kUnavailable;
        default:
            return kUnknown;
    }
}

int status_of_reset(std::uint32_t h2_error) {
    switch (h2_error) {
        case NGHTTP2_REFUSED_STREAM:
            return kUnavailable;
        case NGHTTP2_CANCEL:
            return kCancelled;
        case NGHTTP2_ENHANCE_YOUR_CALM:
            return kResourceExhausted;
        case NGHTTP2_INADEQUATE_SECURITY:
            return kPermissionDenied;
        default:
            return kInternal;
    }
}

}  // namespace plumb::grpc_health
