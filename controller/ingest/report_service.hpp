// plumb.v1.ReportService: takes the agents' windows. Every window is bounded and checked before it is queued,
// and acknowledged after its commit; when the store fails the stream ends with UNAVAILABLE and nothing is
// acknowledged.
//
// Order at the end: stop() (commits and answers what waits, ends every stream), then the server's Shutdown,
// then destruction.
#pragma once

#include "controller/access/tokens.hpp"
#include "controller/ingest/commit_queue.hpp"
#include "controller/ingest/login_budget.hpp"
#include "controller/metrics/metrics.hpp"
#include "plumb/v1/report.grpc.pb.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace plumb::ingest {

class ReportStream;

// Messages arrive as bytes, so that the stream can bound them before they are parsed.
class ReportService final
    : public v1::ReportService::WithRawCallbackMethod_Report<v1::ReportService::Service> {
  public:
    // `tokens` may be null: then anybody who reaches the port may report. All three outlive the service.
    // `login_budget`: as LoginBudget takes it.
    ReportService(store::Store& store, metrics::Metrics& metrics, const access::Tokens* tokens,
                  std::optional<double> login_budget = kDefaultLoginBudget);
    ~ReportService() override;  // waits until gRPC let go of every stream

    grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Report(
        grpc::CallbackServerContext* context) override;

    // Ends the streams that have not said hello in time, and wakes those that paused for a full queue or have
    // a changed pace to tell. Called about once a second.
    void sweep();
    void stop();

    // For streams.
    CommitQueue& queue() { return queue_; }
    metrics::Metrics& metrics() { return metrics_; }
    LoginBudget& login_budget() { return login_budget_; }
    void introduced();
    void gone(ReportStream& stream, bool introduced);

  private:
    std::vector<std::shared_ptr<ReportStream>> streams();

    metrics::Metrics& metrics_;
    const access::Tokens* tokens_;
    LoginBudget login_budget_;  // outlives the streams, which the queue holds, too
    std::mutex mutex_;
    std::condition_variable all_gone_;
    bool stopping_ = false;
    std::unordered_map<ReportStream*, std::weak_ptr<ReportStream>> open_;
    CommitQueue queue_;
};

}  // namespace plumb::ingest
