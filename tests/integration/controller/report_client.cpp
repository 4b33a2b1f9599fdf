#include "tests/integration/controller/report_client.hpp"

#include "proto/window_proto.hpp"

#include <chrono>
#include <stdexcept>

namespace plumb::test {

std::shared_ptr<grpc::Channel> plain_channel(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
                     1);  // a controller that came back is dialled at once
    arguments.SetMaxSendMessageSize(-1);
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

Served serve_on_loopback(grpc::Service& service) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    Served served;
    served.server = builder.BuildAndStart();
    if (served.server == nullptr) throw std::runtime_error("no port on 127.0.0.1 to serve on");
    served.channel = plain_channel("127.0.0.1:" + std::to_string(port));
    return served;
}

ReportClient::ReportClient(const std::shared_ptr<grpc::Channel>& channel, const std::string& token)
    : stub_(v1::ReportService::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    if (!token.empty()) context_.AddMetadata("authorization", "Bearer " + token);
    stream_ = stub_->Report(&context_);
}

ReportClient::~ReportClient() {
    if (finished_) return;
    context_.TryCancel();
    while (read()) {
    }
    stream_->Finish();
}

ReportClient& ReportClient::send(const v1::ReportRequest& request) {
    stream_->Write(request);
    return *this;
}

ReportClient& ReportClient::hello(const std::string& agent, const Labels& labels) {
    v1::ReportRequest request;
    request.mutable_hello()->set_agent(agent);
    request.mutable_hello()->set_version("0.1.0-test");
    for (const auto& [name, value] : labels)
        (*request.mutable_hello()->mutable_labels())[name] = value;
    return send(request);
}

ReportClient& ReportClient::send(const Window& window, std::int64_t age_ms) {
    v1::ReportRequest request;
    wire::to_proto(window, *request.mutable_window());
    request.mutable_window()->set_age_ms(age_ms);
    return send(request);
}

ReportClient& ReportClient::goodbye() {
    v1::ReportRequest request;
    request.mutable_goodbye();
    return send(request);
}

bool ReportClient::read() {
    v1::ReportResponse response;
    if (!stream_->Read(&response)) return false;
    acknowledged_.insert(response.acknowledged().begin(), response.acknowledged().end());
    refused_.insert(refused_.end(), response.refused().begin(), response.refused().end());
    paces_.insert(paces_.end(), response.paces().begin(), response.paces().end());
    return true;
}

std::set<std::uint64_t> ReportClient::acknowledged(std::size_t count) {
    while (acknowledged_.size() + refused_.size() < count && read()) {
    }
    return acknowledged_;
}

std::map<std::string, double> ReportClient::paces(std::size_t count) {
    while (paces_.size() < count && read()) {
    }
    std::map<std::string, double> latest;
    for (const auto& pace : paces_)
        latest[pace.dependency()] = pace.seconds_apart();
    return latest;
}

grpc::Status ReportClient::finish() {
    stream_->WritesDone();
    return status();
}

grpc::Status ReportClient::status() {
    while (read()) {
    }
    finished_ = true;
    return stream_->Finish();
}

}  // namespace plumb::test
