// The way to the controller as gRPC is told it: credentials, keepalive, waits between attempts. What gRPC
// would log of a lost connection by itself is silenced; the Reporter says it at a bounded rate.
#pragma once

#include "agent/report/reporter.hpp"

#include <memory>

#include <grpcpp/channel.h>

namespace plumb::agent {

// Does not connect yet. Never null; what is wrong with certificates shows when it connects.
std::shared_ptr<grpc::Channel> make_channel(const ReportOptions& options);

}  // namespace plumb::agent
