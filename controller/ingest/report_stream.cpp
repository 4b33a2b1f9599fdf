#include "controller/ingest/report_stream.hpp"

#include "base/text.hpp"
#include "controller/ingest/report_service.hpp"
#include "controller/wire/window_proto.hpp"

#include <algorithm>
#include <utility>

namespace plumb::ingest {
namespace {

// Of one stream: waiting for the commit, or answered and not yet taken by the agent.
constexpr std::size_t kMaxWaiting = 64;

// An agent's buffer is bounded; an age beyond this is no honest one and would only misplace the window.
constexpr std::chrono::milliseconds kMaxAge = std::chrono::hours(24 * 7);

// Answers carry no wish for slower probing yet; 1 leaves the agent's own intervals as they are.
constexpr double kPace = 1.0;

std::size_t answers(const v1::ReportResponse& response) {
    return static_cast<std::size_t>(response.acknowledged_size() + response.refused_size());
}

store::Time end_of(std::int64_t age_ms) {
    const auto age = std::clamp(std::chrono::milliseconds(age_ms), std::chrono::milliseconds(0), kMaxAge);
    return std::chrono::system_clock::now() - age;
}

}  // namespace

ReportStream::ReportStream(ReportService& service, std::optional<access::Grant> grant)
    : service_(service), grant_(std::move(grant)) {}

void ReportStream::begin() {
    const std::lock_guard lock(mutex_);
    self_ = shared_from_this();
    proceed();
}

void ReportStream::finish(grpc::Status status) {
    const std::lock_guard lock(mutex_);
    if (!status_) status_ = std::move(status);
    proceed();
}

bool ReportStream::silent_since(std::chrono::steady_clock::time_point limit) {
    const std::lock_guard lock(mutex_);
    return who_ == nullptr && begun_ < limit;
}

void ReportStream::OnReadDone(bool ok) {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ok) {
        half_closed_ = true;
    } else if (!status_) {
        take_message();
    }
    proceed();
}

void ReportStream::OnWriteDone(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    writing_answer_.Clear();
    if (!ok) agent_went_away();
    proceed();
}

void ReportStream::OnCancel() {
    const std::lock_guard lock(mutex_);
    agent_went_away();
    proceed();
}

void ReportStream::OnDone() {
    service_.gone(*this, who_ != nullptr);
    const auto last = std::move(self_);  // the queue may still hold another reference
}

void ReportStream::committed(const Submission& submission) {
    const std::lock_guard lock(mutex_);
    --queued_;
    if (submission.kind == Submission::Kind::window) next_answer_.add_acknowledged(submission.sequence);
}

void ReportStream::lost() {
    const std::lock_guard lock(mutex_);
    if (!status_) {
        status_ =
            grpc::Status(grpc::StatusCode::UNAVAILABLE,
                         "the controller's store failed; what was not acknowledged is to be sent again");
    }
}

void ReportStream::batch_over() {
    const std::lock_guard lock(mutex_);
    proceed();
}

void ReportStream::agent_went_away() {
    agent_gone_ = true;
    if (!status_) status_ = grpc::Status(grpc::StatusCode::CANCELLED, "the agent went away");
}

void ReportStream::take_message() {
    switch (request_.message_case()) {
        case v1::ReportRequest::kHello:
            return take_hello();
        case v1::ReportRequest::kWindow:
            return take_window();
        case v1::ReportRequest::kGoodbye:
            if (who_ != nullptr && !said_goodbye_) submit(Submission::Kind::goodbye, {});
            said_goodbye_ = true;
            return;
        case v1::ReportRequest::MESSAGE_NOT_SET:
            return;  // of a newer agent: ignored
    }
}

void ReportStream::take_hello() {
    if (who_ != nullptr) {
        status_ = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a second hello on one stream");
        return;
    }
    auto identity = std::make_shared<Identity>();
    if (auto status = check_hello(request_.hello(), grant_, *identity); !status.ok()) {
        status_ = std::move(status);
        return;
    }
    who_ = std::move(identity);
    service_.introduced();
    submit(Submission::Kind::hello, {});
}

void ReportStream::take_window() {
    if (who_ == nullptr) {
        status_ = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a window before the hello");
        return;
    }
    ++service_.metrics().windows_received;
    const auto& message = request_.window();
    if (message.sequence() == 0 || message.sequence() > static_cast<std::uint64_t>(INT64_MAX)) {
        return refuse(message.sequence(), "sequence: windows are numbered from 1");
    }
    auto window = wire::from_proto(message);
    if (!window) return refuse(message.sequence(), window.error().message);
    window->agent = who_->agent;
    window->labels = who_->labels;
    if (auto ok = check_bounds(*window); !ok) return refuse(message.sequence(), ok.error().message);
    submit(Submission::Kind::window, {std::move(*window), end_of(message.age_ms())});
}

void ReportStream::submit(Submission::Kind kind, store::StoredWindow window) {
    Submission submission;
    submission.kind = kind;
    submission.from = shared_from_this();
    submission.who = who_;
    submission.sequence = window.window.sequence;
    submission.window = std::move(window);
    submission.bytes = request_.ByteSizeLong();
    ++queued_;
    service_.queue().push(std::move(submission));
}

void ReportStream::refuse(std::uint64_t sequence, std::string reason) {
    ++service_.metrics().windows_refused;
    auto& refusal = *next_answer_.add_refused();
    refusal.set_sequence(sequence);
    refusal.set_reason(sanitize(reason));
}

void ReportStream::proceed() {
    if (finished_) return;
    const std::size_t waiting = queued_ + answers(next_answer_) + answers(writing_answer_);
    if (half_closed_ && waiting == 0 && !status_) status_ = grpc::Status::OK;
    if (!writing_ && !agent_gone_ && answers(next_answer_) != 0) {
        writing_answer_.Swap(&next_answer_);
        writing_answer_.set_pace(kPace);
        writing_ = true;
        StartWrite(&writing_answer_);
    }
    if (!writing_ && status_) {
        finished_ = true;
        Finish(*status_);
        return;
    }
    const bool room = waiting == 0 || (waiting < kMaxWaiting && !service_.queue().crowded());
    if (!reading_ && !half_closed_ && !status_ && room) {
        reading_ = true;
        request_.Clear();
        StartRead(&request_);
    }
}

}  // namespace plumb::ingest
