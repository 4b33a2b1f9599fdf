#include "controller/ingest/report_stream.hpp"

#include "base/text.hpp"
#include "controller/ingest/report_service.hpp"
#include "proto/window_proto.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace plumb::ingest {
namespace {

// Of one stream: waiting for the commit, or answered and not yet taken by the agent.
constexpr std::size_t kMaxWaiting = 64;

// An agent's buffer is bounded; an age beyond this is no honest one and would only misplace the window.
constexpr std::chrono::milliseconds kMaxAge = std::chrono::hours(24 * 7);

// A fleet comes and goes by ones; a pace that hardly changed is not worth a message to each of its agents.
constexpr double kPaceChange = 0.1;

std::size_t answers(const v1::ReportResponse& response) {
    return static_cast<std::size_t>(response.acknowledged_size()) +
           static_cast<std::size_t>(response.refused_size());
}

std::int64_t in_us(std::chrono::system_clock::time_point time) {
    return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

store::Time end_of(std::int64_t age_ms) {
    const auto age = std::clamp(std::chrono::milliseconds(age_ms), std::chrono::milliseconds(0), kMaxAge);
    return std::chrono::system_clock::now() - age;
}

// Of the model's form: many small parts take far more there than on the wire. Their text is counted by the
// wire.
std::size_t parts_bytes(const Window& window) {
    std::size_t bytes = sizeof(Window) + window.dependencies.size() * sizeof(WindowDependency);
    for (const auto& each : window.dependencies) {
        bytes += each.phases.size() * sizeof(WindowPhase) + each.failures.size() * sizeof(WindowFailure) +
                 each.addresses.size() * sizeof(WindowAddress) + each.facts.size() * sizeof(WindowFact) +
                 each.gauges.size() * sizeof(WindowGauge);
        bytes += each.rtt.buckets().size() * sizeof(Sketch::Buckets::value_type);
        for (const auto& phase : each.phases)
            bytes += phase.clean.buckets().size() * sizeof(Sketch::Buckets::value_type);
    }
    return bytes;
}

Incoming received(const grpc::ByteBuffer& buffer) {
    grpc::Slice bytes;
    if (!buffer.DumpToSingleSlice(&bytes).ok()) return {};  // an empty message: nothing was set
    return read_incoming({reinterpret_cast<const char*>(bytes.begin()), bytes.size()});
}

grpc::ByteBuffer to_bytes(const v1::ReportResponse& response) {
    const grpc::Slice slice(response.SerializeAsString());
    return {&slice, 1};
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

void ReportStream::resume() {
    const std::lock_guard lock(mutex_);
    proceed();
}

bool ReportStream::silent_since(std::chrono::steady_clock::time_point limit) {
    const std::lock_guard lock(mutex_);
    return who_ == nullptr && begun_ < limit;
}

void ReportStream::OnReadDone(bool ok) {
    // Not under the mutex: a large message must not hold up the queue. Until the next read nobody else has
    // it.
    const Incoming incoming = ok ? received(request_) : Incoming();
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ok) {
        half_closed_ = true;
    } else if (!status_) {
        take_message(incoming);
    }
    request_.Clear();
    proceed();
}

void ReportStream::OnWriteDone(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    writing_answers_ = 0;
    answer_.Clear();
    if (!ok) agent_went_away();
    proceed();
}

void ReportStream::OnCancel() {
    const std::lock_guard lock(mutex_);
    agent_went_away();
    proceed();
}

void ReportStream::OnDone() {
    {
        const std::lock_guard lock(mutex_);
        share_ = {};  // the queue may hold this stream longer
    }
    service_.gone(*this, who_ != nullptr);
    const auto last = std::move(self_);
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

void ReportStream::take_message(const Incoming& incoming) {
    if (!incoming.wrong.empty()) {
        // One window that no controller could take must not keep the others from coming.
        if (incoming.window && who_ != nullptr) {
            ++service_.metrics().windows_received;
            return refuse(incoming.sequence, incoming.wrong);
        }
        status_ = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, incoming.wrong);
        return;
    }
    switch (incoming.request.message_case()) {
        case v1::ReportRequest::kHello:
            return take_hello(incoming.request.hello());
        case v1::ReportRequest::kWindow:
            return take_window(incoming.request.window());
        case v1::ReportRequest::kGoodbye:
            if (who_ != nullptr && !said_goodbye_) submit(Submission::Kind::goodbye, {});
            said_goodbye_ = true;
            return;
        case v1::ReportRequest::MESSAGE_NOT_SET:
            return;  // of a newer agent: ignored
    }
}

void ReportStream::take_hello(const v1::Hello& hello) {
    if (who_ != nullptr) {
        status_ = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a second hello on one stream");
        return;
    }
    auto identity = std::make_shared<Identity>();
    if (auto status = check_hello(hello, grant_, *identity); !status.ok()) {
        status_ = std::move(status);
        return;
    }
    who_ = std::move(identity);
    service_.introduced();
    share_ = service_.login_budget().join(who_->labels.at("environment"), who_->logs_in);
    told_.assign(share_.size(), 0);
    submit(Submission::Kind::hello, {});
}

void ReportStream::take_window(const v1::Window& message) {
    if (who_ == nullptr) {
        status_ = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a window before the hello");
        return;
    }
    ++service_.metrics().windows_received;
    read_sequence_ = message.sequence();
    read_at_ = std::chrono::system_clock::now();
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
    submission.bytes = request_.Length() + parts_bytes(window.window);
    submission.window = std::move(window);
    ++queued_;
    service_.queue().push(std::move(submission));
}

void ReportStream::refuse(std::uint64_t sequence, const std::string& reason) {
    ++service_.metrics().windows_refused;
    auto& refusal = *next_answer_.add_refused();
    refusal.set_sequence(sequence);
    refusal.set_reason(sanitize(reason));
}

void ReportStream::add_paces() {
    for (std::size_t i = 0; i < share_.size(); ++i) {
        const double apart = share_.seconds_apart(i);
        if (std::abs(apart - told_[i]) <= kPaceChange * told_[i]) continue;
        told_[i] = apart;
        auto& pace = *next_answer_.add_paces();
        pace.set_dependency(share_.dependency(i));
        pace.set_seconds_apart(apart);
    }
}

void ReportStream::add_clock() {
    if (read_sequence_ == 0) return;
    auto& clock = *next_answer_.mutable_clock();
    clock.set_sequence(read_sequence_);
    clock.set_received_unix_us(in_us(read_at_));
    clock.set_sent_unix_us(in_us(std::chrono::system_clock::now()));
}

void ReportStream::proceed() {
    if (finished_) return;
    const std::size_t waiting = queued_ + answers(next_answer_) + writing_answers_;
    if (half_closed_ && waiting == 0 && !status_) status_ = grpc::Status::OK;
    if (!writing_ && !agent_gone_ && !status_) add_paces();
    if (!writing_ && !agent_gone_ && (answers(next_answer_) != 0 || next_answer_.paces_size() != 0)) {
        writing_answers_ = answers(next_answer_);
        add_clock();
        answer_ = to_bytes(next_answer_);
        next_answer_.Clear();
        writing_ = true;
        StartWrite(&answer_);
    }
    if (!writing_ && status_) {
        finished_ = true;
        Finish(*status_);
        return;
    }
    const auto& queue = service_.queue();
    // With nothing of its own waiting nobody would wake it but sweep(), so that takes a queue that is full.
    const bool room = waiting == 0 ? !queue.full() : waiting < kMaxWaiting && !queue.crowded();
    if (!reading_ && !half_closed_ && !status_ && room) {
        reading_ = true;
        StartRead(&request_);
    }
}

}  // namespace plumb::ingest
