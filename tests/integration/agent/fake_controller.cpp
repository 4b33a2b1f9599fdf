#include "tests/integration/agent/fake_controller.hpp"

#include <stdexcept>

namespace plumb::agent::test {
namespace {

std::shared_ptr<grpc::ServerCredentials> credentials(const FakeController::Behaviour& behaviour) {
    if (behaviour.certificate.empty()) return grpc::InsecureServerCredentials();
    const auto ask = behaviour.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                 : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    grpc::SslServerCredentialsOptions options(ask);
    options.pem_key_cert_pairs.push_back({behaviour.key, behaviour.certificate});
    options.pem_root_certs = behaviour.client_ca;
    return grpc::SslServerCredentials(options);
}

}  // namespace

FakeController::FakeController(Committed& store, Behaviour behaviour, int port)
    : store_(store), behaviour_(std::move(behaviour)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), credentials(behaviour_), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) throw std::runtime_error("the fake controller could not listen");
}

FakeController::~FakeController() {
    kill();
}

void FakeController::kill() {
    {
        const std::lock_guard lock(mutex_);
        dying_ = true;
        changed_.notify_all();
    }
    if (!server_) return;
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    server_.reset();
}

void FakeController::answer() {
    const std::lock_guard lock(mutex_);
    behaviour_.acknowledge = true;
    changed_.notify_all();
}

FakeController::Seen FakeController::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

bool FakeController::wait(const std::function<bool(const Seen&)>& ready, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return ready(seen_); });
}

// Notes the message; true when it is to be answered.
bool FakeController::take(const v1::ReportRequest& request, v1::ReportResponse& response) {
    std::unique_lock lock(mutex_);
    if (request.has_hello()) {
        seen_.hellos.push_back(request.hello());
        seen_.order.emplace_back("hello");
    }
    if (request.has_goodbye()) seen_.order.emplace_back("goodbye");
    if (!request.has_window()) {
        changed_.notify_all();
        return false;
    }
    const auto sequence = request.window().sequence();
    seen_.windows.push_back(request.window());
    seen_.order.push_back("window " + std::to_string(sequence));
    if (const auto refused = behaviour_.refuse.find(sequence); refused != behaviour_.refuse.end()) {
        auto& refusal = *response.add_refused();
        refusal.set_sequence(sequence);
        refusal.set_reason(refused->second);
    } else {
        if (behaviour_.commit && !store_.windows.emplace(sequence, 1).second) ++store_.repeats;
        response.add_acknowledged(sequence);
    }
    if (behaviour_.seconds_apart) {
        auto& pace = *response.add_paces();
        pace.set_dependency("cache");
        pace.set_seconds_apart(*behaviour_.seconds_apart);
    }
    if (behaviour_.clock_behind) {
        const auto now = std::chrono::system_clock::now() - *behaviour_.clock_behind;
        const auto us = std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch()).count();
        auto& clock = *response.mutable_clock();
        clock.set_sequence(sequence);
        clock.set_received_unix_us(us);
        clock.set_sent_unix_us(us);
    }
    changed_.notify_all();
    changed_.wait(lock, [this] { return dying_ || behaviour_.acknowledge; });
    return !dying_;
}

grpc::Status FakeController::Report(grpc::ServerContext* context, Stream* stream) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = context->client_metadata().find("authorization");
        if (found != context->client_metadata().end()) {
            seen_.authorization.emplace_back(found->second.data(), found->second.size());
        }
    }
    v1::ReportRequest request;
    while (stream->Read(&request)) {
        v1::ReportResponse response;
        if (take(request, response) && !stream->Write(response)) break;
        const std::lock_guard lock(mutex_);
        if (dying_) break;
    }
    return grpc::Status::OK;
}

}  // namespace plumb::agent::test
