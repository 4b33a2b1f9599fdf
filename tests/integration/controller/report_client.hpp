// An agent's side of a report stream, by hand: real gRPC, blocking, with a deadline on the whole stream.
#pragma once

#include "model/window.hpp"
#include "plumb/v1/report.grpc.pb.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

namespace plumb::test {

std::shared_ptr<grpc::Channel> plain_channel(const std::string& address);

// One service of ours in this process, on a free port of 127.0.0.1, and the way to it.
struct Served {
    std::unique_ptr<grpc::Server> server;
    std::shared_ptr<grpc::Channel> channel;
};
Served serve_on_loopback(grpc::Service& service);

class ReportClient {
  public:
    explicit ReportClient(const std::shared_ptr<grpc::Channel>& channel, const std::string& token = {});
    ~ReportClient();

    ReportClient& hello(const std::string& agent, const Labels& labels);
    ReportClient& send(const Window& window, std::int64_t age_ms = 0);
    ReportClient& send(const v1::ReportRequest& request);
    ReportClient& goodbye();

    // Reads answers until `count` windows are acknowledged or refused, or the stream ends.
    std::set<std::uint64_t> acknowledged(std::size_t count);
    const std::vector<v1::Refusal>& refused() const { return refused_; }
    // Reads answers until `count` paces have come, or the stream ends: seconds apart, the latest of each
    // dependency.
    std::map<std::string, double> paces(std::size_t count);
    grpc::Status finish();  // half-closes, reads the rest
    grpc::Status status();  // the server's end, without half-closing
    void cancel() { context_.TryCancel(); }

  private:
    bool read();

    grpc::ClientContext context_;
    std::unique_ptr<v1::ReportService::Stub> stub_;
    std::unique_ptr<grpc::ClientReaderWriter<v1::ReportRequest, v1::ReportResponse>> stream_;
    std::set<std::uint64_t> acknowledged_;
    std::vector<v1::Refusal> refused_;
    std::vector<v1::Pace> paces_;
    bool finished_ = false;
};

}  // namespace plumb::test
