#include "controller/ctl/client.hpp"

#include "base/duration.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "controller/api/report_proto.hpp"
#include "controller/ctl/address.hpp"
#include "controller/tls_files.hpp"
#include "plumb/v1/query.grpc.pb.h"

#include <algorithm>
#include <cstdlib>
#include <grpc/support/log.h>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

namespace plumb::ctl {
namespace {

constexpr int kMaxAnswer = 64 << 20;
constexpr std::size_t kMaxWords = 4096;  // of a controller's refusal: a policy may have many wrong lines
constexpr std::size_t kMaxTokenFile = 64 << 10;

Trouble usage(std::string message) {
    return {kUsage, std::move(message), false};
}

// Where Debian, Alpine, Amazon Linux and Red Hat keep the authorities that the system trusts.
std::optional<std::string> system_authorities() {
    constexpr std::size_t kMaxBundle = 4 << 20;
    const char* chosen = std::getenv("SSL_CERT_FILE");
    for (const char* path : {chosen, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                             "/etc/ssl/cert.pem"}) {
        if (path == nullptr) continue;
        if (auto text = read_file(path, kMaxBundle)) return std::move(*text);
    }
    return std::nullopt;
}

using Credentials = std::shared_ptr<grpc::ChannelCredentials>;

Result<Credentials> credentials(const ConnectOptions& options, bool loopback) {
    const bool configured = !options.tls_ca.empty() || !options.tls_cert.empty() || !options.tls_key.empty();
    if (!configured && (loopback || options.insecure_plaintext)) return grpc::InsecureChannelCredentials();
    grpc::SslCredentialsOptions tls;
    const auto fill = [](const std::string& path, std::string_view flag, std::string& into) -> Result<void> {
        if (path.empty()) return {};
        auto text = read_file(path);
        if (!text) return Error{fmt::format("{} {}", flag, text.error().message)};
        into = std::move(*text);
        return {};
    };
    if (auto ok = fill(options.tls_ca, "--tls-ca", tls.pem_root_certs); !ok) return ok.error();
    if (auto ok = fill(options.tls_cert, "--tls-cert", tls.pem_cert_chain); !ok) return ok.error();
    if (auto ok = fill(options.tls_key, "--tls-key", tls.pem_private_key); !ok) return ok.error();
    const controller::TlsFiles files{options.tls_cert, options.tls_key, options.tls_ca, "--tls-ca"};
    if (auto ok = controller::check_tls_files(files); !ok) return ok.error();
    if (tls.pem_root_certs.empty()) tls.pem_root_certs = system_authorities().value_or("");
    return grpc::SslCredentials(tls);
}

// gRPC aborts the process over anything else in a header, and logs the header while it does.
Result<std::string> checked_token(std::string_view text, const std::string& where) {
    const auto token = trim(text);
    if (!is_visible_ascii(token))
        return Error{where + ": a token is one line of printable ASCII without spaces"};
    return std::string(token);
}

Result<std::string> token(const ConnectOptions& options) {
    if (!options.token_file.empty()) {
        auto text = read_file(options.token_file, kMaxTokenFile);
        if (!text) return Error{"--token-file " + text.error().message};
        return checked_token(*text, "--token-file " + options.token_file);
    }
    const char* variable = std::getenv("PLUMB_TOKEN");
    return checked_token(variable == nullptr ? "" : variable, "PLUMB_TOKEN");
}

// What goes wrong is told once, in our words.
void quiet_grpc() {
    if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

struct Connection {
    std::unique_ptr<v1::QueryService::Stub> stub;
    grpc::ClientContext context;
};

Result<void> open(const ConnectOptions& options, Connection& connection) {
    quiet_grpc();
    const auto address = parse_controller_address(options.controller);
    if (!address) return address.error();
    auto chosen = credentials(options, address->loopback);
    if (!chosen) return chosen.error();
    auto bearer = token(options);
    if (!bearer) return bearer.error();
    if (!bearer->empty()) connection.context.AddMetadata("authorization", "Bearer " + *bearer);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxAnswer);
    if (address->loopback) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    connection.stub =
        v1::QueryService::NewStub(grpc::CreateCustomChannel(options.controller, *chosen, arguments));
    connection.context.set_deadline(std::chrono::system_clock::now() +
                                    std::chrono::duration_cast<std::chrono::microseconds>(options.timeout));
    return {};
}

// What went wrong, and what to check.
Trouble trouble_of(const grpc::Status& status, const ConnectOptions& options) {
    const std::string words = sanitize(status.error_message(), kMaxWords);
    const std::string where = "controller " + sanitize(options.controller);
    switch (status.error_code()) {
        case grpc::StatusCode::INVALID_ARGUMENT: {
            // Several complaints may come, one a line.
            const std::string complaints = status.error_message();
            std::string lines;
            for (const auto line : split(complaints, '\n')) {
                if (lines.size() < kMaxWords)
                    lines += (lines.empty() ? "" : "\n") + sanitize(line, kMaxWords);
            }
            return usage(lines);
        }
        case grpc::StatusCode::UNAUTHENTICATED:
            return {kUnreachable,
                    fmt::format("{} refused: {}; give a reader's token with --token-file or PLUMB_TOKEN",
                                where, words),
                    false};
        case grpc::StatusCode::PERMISSION_DENIED:
            return {kUnreachable, fmt::format("{} refused: {}", where, words), false};
        case grpc::StatusCode::RESOURCE_EXHAUSTED:
            return {kUnreachable, fmt::format("{} refused: {}", where, words), true};
        case grpc::StatusCode::DEADLINE_EXCEEDED:
            return {kUnreachable,
                    fmt::format(
                        "{} did not answer within {}; check that the address is right and that the network "
                        "lets this machine reach it, or raise --timeout",
                        where, format_duration(options.timeout)),
                    true};
        case grpc::StatusCode::UNAVAILABLE:
            return {
                kUnreachable,
                fmt::format(
                    "{} is unreachable: {}; check that plumb-controller serves there (--listen), that the "
                    "network lets this machine reach it, and that both sides use TLS or neither",
                    where, words),
                true};
        case grpc::StatusCode::UNIMPLEMENTED:
            return {kUnreachable,
                    fmt::format("{} answers, but is no plumb-controller of this version: {}", where, words),
                    false};
        default:
            return {kUnreachable, fmt::format("{} failed: {}", where, words), true};
    }
}

constexpr std::size_t kMaxFleet = 1000000;

FleetTask read_task(const v1::FleetTask& from) {
    FleetTask task;
    task.agent = sanitize(from.agent());
    task.version = sanitize(from.version());
    for (const auto& [name, value] : from.labels())
        task.labels.emplace(sanitize(name), sanitize(value));
    task.last_window_age = std::chrono::milliseconds(from.last_window_age_ms());
    task.windows = from.windows();
    task.last_sequence = from.last_sequence();
    task.said_goodbye = from.said_goodbye();
    return task;
}

}  // namespace

Answer<judge::Report> ask_compare(const ConnectOptions& options, const CompareQuestion& question) {
    Answer<judge::Report> answer;
    Connection connection;
    if (auto ok = open(options, connection); !ok) {
        answer.trouble = usage(ok.error().message);
        return answer;
    }
    v1::CompareRequest request;
    request.set_baseline(question.baseline);
    request.set_candidate(question.candidate);
    request.set_service(question.service);
    request.set_since_ms(question.since.count());
    request.set_policy_yaml(question.policy_yaml);
    request.set_policy_name(question.policy_name);
    request.set_baseline_before_ms(question.baseline_before.count());
    request.set_explain(question.explain);
    request.set_look(question.look);
    v1::CompareResponse response;
    if (auto status = connection.stub->Compare(&connection.context, request, &response); !status.ok()) {
        answer.trouble = trouble_of(status, options);
        return answer;
    }
    auto report = api::from_proto(response);
    if (!report) {
        answer.trouble = {kUnreachable, "the controller's answer cannot be read: " + report.error().message,
                          false};
        return answer;
    }
    answer.value = std::move(*report);
    answer.ok = true;
    return answer;
}

Answer<std::vector<FleetTask>> ask_fleet(const ConnectOptions& options, std::chrono::milliseconds since) {
    Answer<std::vector<FleetTask>> answer;
    Connection connection;
    if (auto ok = open(options, connection); !ok) {
        answer.trouble = usage(ok.error().message);
        return answer;
    }
    v1::FleetRequest request;
    request.set_since_ms(since.count());
    v1::FleetResponse response;
    if (auto status = connection.stub->Fleet(&connection.context, request, &response); !status.ok()) {
        answer.trouble = trouble_of(status, options);
        return answer;
    }
    for (const auto& task : response.tasks()) {
        if (answer.value.size() < kMaxFleet) answer.value.push_back(read_task(task));
    }
    answer.ok = true;
    return answer;
}

}  // namespace plumb::ctl
