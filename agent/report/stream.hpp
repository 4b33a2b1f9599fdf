// One gRPC stream to the controller, as a reactor whose reactions only post to the io_context.
//
// A hold keeps the call open for operations started from our thread: start() takes it, release() gives it
// back, once. After release() no operation may be started. OnDone comes last and hands the object to `done`,
// which frees it.
#pragma once

#include "plumb/v1/report.grpc.pb.h"

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <grpcpp/grpcpp.h>

namespace plumb::agent {

class ReportStream final : public grpc::ClientBidiReactor<v1::ReportRequest, v1::ReportResponse> {
  public:
    // All are called on the executor's thread.
    struct Events {
        std::function<void(bool ok)> read;  // response() is valid when ok; then call read_next()
        std::function<void(bool ok)> written;
        std::function<void(std::unique_ptr<ReportStream> self, grpc::Status status)> done;
        // The exception: called on gRPC's thread after `done` was posted. gRPC knows nothing of the stream
        // any more.
        std::function<void()> gone;
    };

    ReportStream(boost::asio::any_io_executor executor, Events events);

    grpc::ClientContext& context() { return context_; }  // before start()
    void start(v1::ReportService::Stub& stub);

    void write(v1::ReportRequest request);  // REQUIRES: no write in flight, not released
    void finish_writes();                   // REQUIRES: no write in flight, not released
    void read_next();                       // REQUIRES: not released
    const v1::ReportResponse& response() const { return response_; }
    void release();
    bool released() const { return released_; }
    void cancel() { context_.TryCancel(); }

  private:
    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnDone(const grpc::Status& status) override;

    boost::asio::any_io_executor executor_;
    std::shared_ptr<const Events> events_;
    grpc::ClientContext context_;
    v1::ReportRequest request_;
    v1::ReportResponse response_;
    bool released_ = false;
};

}  // namespace plumb::agent
