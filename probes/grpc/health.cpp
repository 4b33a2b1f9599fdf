#include "probes/grpc/health.hpp"

#include "probes/grpc/health.pb.h"
#include "probes/grpc/status.hpp"
#include "probes/peer_words.hpp"

#include <nghttp2/nghttp2.h>

#include <fmt/format.h>

namespace plumb::grpc_health {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using net::Failed;

constexpr std::size_t kPrefix = 5;  // a flag, and the length in four bytes

Failed unexpected(std::string words) {
    return {Cause::peer_unexpected, std::move(words)};
}

std::uint32_t length_of(std::string_view prefix) {
    std::uint32_t length = 0;
    for (std::size_t i = 1; i < kPrefix; ++i)
        length = length << 8U | static_cast<unsigned char>(prefix[i]);
    return length;
}

net::IoResult<HealthCheckResponse> read_response(std::string_view body) {
    if (body.size() < kPrefix) return unexpected("the call is OK, but its answer holds no message");
    if (body.front() != 0) return unexpected("the answer is compressed, which the request did not allow");
    const auto length = length_of(body);
    body.remove_prefix(kPrefix);
    HealthCheckResponse response;
    if (length != body.size() || !response.ParseFromArray(body.data(), static_cast<int>(body.size())))
        return Failed{Cause::peer_garbage, "the answer is no health check's message"};
    return response;
}

std::string_view name_of(HealthCheckResponse::ServingStatus status) {
    switch (status) {
        case HealthCheckResponse::SERVING:
            return "SERVING";
        case HealthCheckResponse::NOT_SERVING:
            return "NOT_SERVING";
        case HealthCheckResponse::SERVICE_UNKNOWN:
            return "SERVICE_UNKNOWN";
        default:
            return "UNKNOWN";
    }
}

std::string subject(std::string_view service) {
    return service.empty() ? "the server" : fmt::format("the service {}", service);
}

void judge_health(Verdict& verdict, const Answer& answer, std::string_view service) {
    const auto response = read_response(answer.body);
    if (!response) {
        verdict.bad = response.error();
        return;
    }
    verdict.health = name_of(response->status());
    if (response->status() == HealthCheckResponse::SERVING) return;
    const bool unknown = response->status() == HealthCheckResponse::SERVICE_UNKNOWN;
    verdict.bad = Failed{unknown ? Cause::grpc_unknown_service : Cause::grpc_not_serving,
                         fmt::format("{} is {}", subject(service), verdict.health)};
}

Failed failed_call(int status, std::string_view service, std::string_view words) {
    std::string detail(status_name(status));
    if (!words.empty()) detail += fmt::format(": {}", words);
    const Cause cause = cause_of_status(status);
    if (cause == Cause::grpc_unknown_service) detail += fmt::format(" ({})", subject(service));
    return {cause, std::move(detail)};
}

std::string words_of_end(const Answer& answer) {
    if (answer.reset == NGHTTP2_NO_ERROR) return answer.farewell;
    const auto words = fmt::format("the server ended the call with {}", nghttp2_http2_strerror(answer.reset));
    return answer.farewell.empty() ? words : words + "; " + answer.farewell;
}

}  // namespace

std::string check_request(std::string_view service) {
    HealthCheckRequest request;
    request.set_service(std::string(service));
    const std::string message = request.SerializeAsString();
    std::string framed(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        framed.push_back(static_cast<char>(message.size() >> static_cast<unsigned>(shift) & 0xffU));
    return framed + message;
}

Verdict judge(const Answer& answer, std::string_view service) {
    Verdict verdict;
    if (answer.status) {
        verdict.status = status_name(*answer.status);
        if (*answer.status == kOk) {
            judge_health(verdict, answer, service);
        } else {
            verdict.bad = failed_call(*answer.status, service,
                                      answer.message.empty() ? "" : marked_words(answer.message));
        }
    } else if (answer.reset != NGHTTP2_NO_ERROR) {
        verdict.bad = failed_call(status_of_reset(answer.reset), service, words_of_end(answer));
    } else if (answer.http_status != 200) {
        verdict.bad = failed_call(status_of_http(answer.http_status), service,
                                  fmt::format("HTTP {} without a status of gRPC", answer.http_status));
    } else if (!answer.content_type.starts_with("application/grpc")) {
        verdict.bad = unexpected("the answer is HTTP/2, but not gRPC");
    } else {
        verdict.bad = unexpected("the answer ended without a status of gRPC");
    }
    return verdict;
}

}  // namespace plumb::grpc_health
