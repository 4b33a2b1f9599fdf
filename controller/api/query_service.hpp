// plumb.v1.QueryService: compare two selections, list the fleet. Readers' tokens only, when there are tokens.
//
// A question that nobody waits for any more, or that stop() finds unanswered, is given up.
//
// Order at the end: stop(), then the server's Shutdown, then destruction.
#pragma once

#include "controller/access/tokens.hpp"
#include "controller/api/workers.hpp"
#include "controller/judge/policy/policy.hpp"
#include "controller/metrics/metrics.hpp"
#include "controller/store/store.hpp"
#include "plumb/v1/query.grpc.pb.h"

#include <atomic>
#include <functional>
#include <optional>

namespace plumb::api {

class QueryService final : public v1::QueryService::CallbackService {
  public:
    // `tokens` may be null. The references outlive the service.
    QueryService(store::Store& store, metrics::Metrics& metrics, const access::Tokens* tokens,
                 std::optional<judge::Policy> floor);

    grpc::ServerUnaryReactor* Compare(grpc::CallbackServerContext* context, const v1::CompareRequest* request,
                                      v1::CompareResponse* response) override;
    grpc::ServerUnaryReactor* Fleet(grpc::CallbackServerContext* context, const v1::FleetRequest* request,
                                    v1::FleetResponse* response) override;
    void stop();

  private:
    grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext& context,
                                     std::function<grpc::Status()> work);
    grpc::Status attempt(const std::function<grpc::Status()>& work);
    grpc::Status compare(const v1::CompareRequest& request, v1::CompareResponse& response,
                         const std::function<bool()>& abandoned);
    grpc::Status fleet(const v1::FleetRequest& request, v1::FleetResponse& response);

    store::Store& store_;
    metrics::Metrics& metrics_;
    const access::Tokens* tokens_;
    const std::optional<judge::Policy> floor_;
    std::atomic<bool> stopping_{false};
    Workers workers_;
};

}  // namespace plumb::api
