#include "controller/ingest/report_service.hpp"

#include "controller/access/bearer.hpp"
#include "controller/ingest/report_stream.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace plumb::ingest {
namespace {

constexpr std::size_t kMaxStreams = 20000;
constexpr std::chrono::seconds kHelloLimit{10};
constexpr std::size_t kLoginRows = 200;  // in /metrics

// A call that is refused before it begins.
class Refused final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
  public:
    explicit Refused(const grpc::Status& status) { Finish(status); }
    void OnDone() override { delete this; }
};

}  // namespace

ReportService::ReportService(store::Store& store, metrics::Metrics& metrics, const access::Tokens* tokens,
                             std::optional<double> login_budget)
    : metrics_(metrics), tokens_(tokens), login_budget_(login_budget), queue_(store, metrics) {}

ReportService::~ReportService() {
    std::unique_lock lock(mutex_);
    all_gone_.wait(lock, [this] { return open_.empty(); });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ReportService::Report(
    grpc::CallbackServerContext* context) {
    std::optional<access::Grant> grant;
    if (auto status = access::admit(tokens_, *context, access::Role::agent, grant); !status.ok()) {
        return new Refused(status);
    }
    auto stream = std::make_shared<ReportStream>(*this, std::move(grant));
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return new Refused({grpc::StatusCode::UNAVAILABLE, "the controller is stopping"});
        if (open_.size() >= kMaxStreams) {
            return new Refused({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many agents on this controller"});
        }
        open_.emplace(stream.get(), stream);
        ++metrics_.streams;
    }
    stream->begin();
    return stream.get();  // owns itself until OnDone
}

void ReportService::introduced() {
    ++metrics_.agents;
}

void ReportService::gone(ReportStream& stream, bool introduced) {
    const std::lock_guard lock(mutex_);
    open_.erase(&stream);
    --metrics_.streams;
    if (introduced) --metrics_.agents;
    all_gone_.notify_all();
}

std::vector<std::shared_ptr<ReportStream>> ReportService::streams() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<ReportStream>> result;
    result.reserve(open_.size());
    for (const auto& [_, weak] : open_) {
        if (auto stream = weak.lock()) result.push_back(std::move(stream));
    }
    return result;
}

void ReportService::sweep() {
    const auto limit = std::chrono::steady_clock::now() - kHelloLimit;
    std::vector<metrics::LoginRow> rows;
    for (auto& row : login_budget_.largest(kLoginRows)) {
        rows.push_back(
            {std::move(row.environment), std::move(row.dependency), row.agents, row.seconds_apart});
    }
    metrics_.logins.set(std::move(rows));
    for (const auto& stream : streams()) {
        if (stream->silent_since(limit)) {
            stream->finish({grpc::StatusCode::DEADLINE_EXCEEDED, "no hello within 10 s"});
        } else {
            stream->resume();
        }
    }
}

void ReportService::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    queue_.stop();
    for (const auto& stream : streams()) {
        stream->finish({grpc::StatusCode::UNAVAILABLE, "the controller is stopping; connect again"});
    }
}

}  // namespace plumb::ingest
