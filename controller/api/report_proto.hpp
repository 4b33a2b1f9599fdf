// A judge's report over the wire, both ways: the controller writes it, plumbctl reads it and renders it as if
// it had judged itself. Reading is bounded and escapes text: a controller is another machine, too.
#pragma once

#include "base/result.hpp"
#include "controller/judge/finding/finding.hpp"

namespace plumb::v1 {
class CompareResponse;
}

namespace plumb::api {

void to_proto(const judge::Report& report, v1::CompareResponse& message);
Result<judge::Report> from_proto(const v1::CompareResponse& message);

}  // namespace plumb::api
