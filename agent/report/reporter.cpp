#include "agent/report/reporter.hpp"

#include "agent/report/backlog.hpp"
#include "agent/report/channel.hpp"
#include "agent/report/stream.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "proto/window_proto.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <random>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

using std::chrono::milliseconds;

// Lets the destructor wait until gRPC has let go of every stream.
class Outstanding {
  public:
    void add() {
        const std::lock_guard lock(mutex_);
        ++count_;
    }
    void remove() {
        const std::lock_guard lock(mutex_);
        --count_;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return count_ == 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

}  // namespace

class Reporter::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(const boost::asio::any_io_executor& executor, ReportOptions options, ReportEvents events);
    ~Impl();

    void connect();
    void introduce(Labels labels);
    bool offer(const Window& window, Clock::time_point ended);
    boost::asio::awaitable<bool> drain(Clock::time_point deadline);
    void let_go();
    const Backlog& backlog() const { return backlog_; }

  private:
    ReportStream::Events stream_events();
    void pump();
    void send_hello();
    void send_window(const Backlog::Entry& entry);
    void on_written(bool ok);
    void on_read(bool ok);
    void take(const v1::ReportResponse& response);
    void take_pace(const v1::Pace& pace);
    void take_clock(const v1::Clock& clock);
    void forget_paces_later();
    void on_done(const grpc::Status& status);
    void reconnect_later();
    void watch_answers();
    void log(std::string_view kind, const std::string& text) { events_.log(kind, text); }
    bool usable() const { return stream_ != nullptr && !stream_->released(); }

    boost::asio::any_io_executor executor_;
    ReportOptions options_;
    ReportEvents events_;
    Backlog backlog_;
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<v1::ReportService::Stub> stub_;
    std::shared_ptr<Outstanding> outstanding_ = std::make_shared<Outstanding>();
    // Owned by itself between start() and done: gRPC calls it.
    ReportStream* stream_ = nullptr;
    bool writing_ = false;
    bool said_hello_ = false;
    bool draining_ = false;
    bool said_goodbye_ = false;
    bool finished_writes_ = false;
    bool over_ = false;      // no further stream is opened
    unsigned attempts_ = 0;  // in a row without an answer
    struct Sent {            // the latest window
        std::uint64_t sequence = 0;
        Clock::time_point at;
        std::chrono::system_clock::time_point wall;
    } sent_;
    boost::asio::steady_timer retry_;
    boost::asio::steady_timer answers_;
    boost::asio::steady_timer drained_;
    boost::asio::steady_timer forget_;
    std::mt19937_64 random_{std::random_device{}()};
};

Reporter::Impl::Impl(const boost::asio::any_io_executor& executor, ReportOptions options, ReportEvents events)
    : executor_(executor),
      options_(std::move(options)),
      events_(std::move(events)),
      backlog_(options_.max_windows, options_.max_bytes),
      channel_(make_channel(options_)),
      stub_(v1::ReportService::NewStub(channel_)),
      retry_(executor),
      answers_(executor),
      drained_(executor),
      forget_(executor) {}

Reporter::Impl::~Impl() = default;

ReportStream::Events Reporter::Impl::stream_events() {
    const auto weak = weak_from_this();
    ReportStream::Events events;
    events.read = [weak](bool ok) {
        if (const auto self = weak.lock()) self->on_read(ok);
    };
    events.written = [weak](bool ok) {
        if (const auto self = weak.lock()) self->on_written(ok);
    };
    events.done = [weak](std::unique_ptr<ReportStream> stream, const grpc::Status& status) {
        stream.reset();
        if (const auto self = weak.lock()) self->on_done(status);
    };
    events.gone = [outstanding = outstanding_] { outstanding->remove(); };
    return events;
}

void Reporter::Impl::connect() {
    auto stream = std::make_unique<ReportStream>(executor_, stream_events());
    if (!options_.token.empty()) {
        stream->context().AddMetadata("authorization", "Bearer " + options_.token.reveal());
    }
    said_hello_ = said_goodbye_ = finished_writes_ = writing_ = false;
    outstanding_->add();
    stream_ = stream.release();
    stream_->start(*stub_);
    pump();
}

void Reporter::Impl::introduce(Labels labels) {
    if (!std::exchange(options_.introduced_later, false)) return;
    options_.labels = std::move(labels);
    if (stream_ == nullptr && !over_) connect();
}

// Writes what comes next, one message at a time.
void Reporter::Impl::pump() {
    if (!usable() || writing_ || finished_writes_) return;
    if (!said_hello_) return send_hello();
    if (const auto* entry = backlog_.next()) return send_window(*entry);
    if (!draining_ || !backlog_.empty()) return;
    if (said_goodbye_) {
        finished_writes_ = true;
        return stream_->finish_writes();
    }
    said_goodbye_ = true;
    v1::ReportRequest request;
    request.mutable_goodbye();
    writing_ = true;
    stream_->write(std::move(request));
}

void Reporter::Impl::send_hello() {
    v1::ReportRequest request;
    auto& hello = *request.mutable_hello();
    hello.set_agent(options_.agent);
    hello.set_version(options_.version);
    for (const auto& [name, value] : options_.labels)
        (*hello.mutable_labels())[name] = value;
    hello.mutable_logs_in()->Assign(options_.logs_in.begin(), options_.logs_in.end());
    said_hello_ = true;
    writing_ = true;
    stream_->write(std::move(request));
}

void Reporter::Impl::send_window(const Backlog::Entry& entry) {
    v1::ReportRequest request;
    auto& window = *request.mutable_window();
    window.ParseFromString(entry.payload);
    const auto age = std::chrono::floor<milliseconds>(Clock::now() - entry.ended).count();
    window.set_age_ms(std::max<std::int64_t>(age, 0));
    if (!backlog_.awaiting()) watch_answers();
    sent_ = {entry.sequence, Clock::now(), std::chrono::system_clock::now()};
    backlog_.sent();
    writing_ = true;
    stream_->write(std::move(request));
}

// A controller that takes windows and never answers is as good as gone.
void Reporter::Impl::watch_answers() {
    answers_.expires_after(options_.answer_timeout);
    answers_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->stream_ == nullptr || !self->backlog_.awaiting()) return;
        self->log("controller.silent", "the controller takes windows but acknowledges none; connecting anew");
        self->stream_->cancel();
    });
}

void Reporter::Impl::on_written(bool ok) {
    writing_ = false;
    // A failed write ends the call; the pending read fails next and on_read() lets go.
    if (ok) pump();
}

void Reporter::Impl::on_read(bool ok) {
    if (!usable()) return;
    if (!ok) return stream_->release();
    if (attempts_ > 0) log("controller.back", "the controller answers again");
    attempts_ = 0;
    forget_.cancel();
    take(stream_->response());
    stream_->read_next();
    pump();
}

void Reporter::Impl::take(const v1::ReportResponse& response) {
    for (const auto sequence : response.acknowledged())
        backlog_.acknowledge(sequence);
    for (const auto& refusal : response.refused()) {
        if (!backlog_.refuse(refusal.sequence())) continue;
        log("controller.refused", fmt::format("the controller refused window {} for good: {}",
                                              refusal.sequence(), sanitize(refusal.reason())));
    }
    for (const auto& pace : response.paces())
        take_pace(pace);
    if (response.has_clock()) take_clock(response.clock());
    if (backlog_.awaiting()) {
        watch_answers();
    } else {
        answers_.cancel();
    }
}

void Reporter::Impl::take_pace(const v1::Pace& pace) {
    constexpr double kMost = 1e6;  // seconds; the runs keep a closer bound of their own
    const bool sound = std::isfinite(pace.seconds_apart()) && pace.seconds_apart() >= 0;
    if (!sound) return;
    const std::chrono::duration<double> apart(std::min(pace.seconds_apart(), kMost));
    events_.pace(pace.dependency(), std::chrono::duration_cast<std::chrono::nanoseconds>(apart));
}

// Four times, two of each clock: what passed on the way is halved, and bounds what is not known.
void Reporter::Impl::take_clock(const v1::Clock& clock) {
    using std::chrono::microseconds;
    using std::chrono::nanoseconds;
    constexpr std::int64_t kMost = std::int64_t{1} << 53;  // µs: beyond it is no time of ours
    const bool sound = clock.received_unix_us() > 0 && clock.received_unix_us() <= clock.sent_unix_us() &&
                       clock.sent_unix_us() < kMost;
    if (!events_.clock || !sound || sent_.sequence == 0 || clock.sequence() != sent_.sequence) return;
    const nanoseconds round = Clock::now() - sent_.at;
    const auto sent = sent_.wall.time_since_epoch();
    const auto received = microseconds(clock.received_unix_us());
    const auto answered = microseconds(clock.sent_unix_us());
    const nanoseconds way = std::max(round - nanoseconds(answered - received), nanoseconds(0));
    const nanoseconds ahead = ((sent - received) + (sent + round - answered)) / 2;
    events_.clock(ahead, way / 2);
}

// A fleet that its controller left may be another one by now.
void Reporter::Impl::forget_paces_later() {
    forget_.expires_after(options_.pace_kept);
    forget_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self) return;
        for (const auto& dependency : self->options_.logs_in)
            self->events_.pace(dependency, std::chrono::nanoseconds(0));
    });
}

void Reporter::Impl::on_done(const grpc::Status& status) {
    stream_ = nullptr;
    answers_.cancel();
    backlog_.restart();
    if (attempts_ == 0) forget_paces_later();
    if (draining_ && backlog_.empty()) over_ = true;
    if (over_) {
        drained_.cancel();
        return;
    }
    const auto why =
        status.error_message().empty() ? std::string("the stream ended") : sanitize(status.error_message());
    log("controller.lost", fmt::format("no stream to the controller {}: {}; {} windows wait, {} were dropped",
                                       options_.controller, why, backlog_.size(), backlog_.dropped()));
    reconnect_later();
}

void Reporter::Impl::reconnect_later() {
    const double random = std::uniform_real_distribution<double>(0, 1)(random_);
    retry_.expires_after(backoff_delay(attempts_++, random, options_.first_delay, options_.most_delay));
    retry_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self && !self->over_ && self->stream_ == nullptr) self->connect();
    });
}

bool Reporter::Impl::offer(const Window& window, Clock::time_point ended) {
    Backlog::Entry entry{window.sequence, ended, wire::encode(window)};
    // No controller takes it, and it would end every stream that it is sent on.
    if (entry.payload.size() > kMaxWindowBytes) {
        log("window.size", fmt::format("window {} was left out: it has {} bytes, and at most {} are taken",
                                       window.sequence, entry.payload.size(), kMaxWindowBytes));
        return false;
    }
    const auto before = backlog_.dropped();
    backlog_.push(std::move(entry));
    if (backlog_.dropped() != before) {
        log("backlog.dropped",
            fmt::format("the oldest windows made room: {} dropped so far", backlog_.dropped()));
    }
    pump();
    return true;
}

boost::asio::awaitable<bool> Reporter::Impl::drain(Clock::time_point deadline) {
    const auto self = shared_from_this();
    draining_ = true;
    attempts_ = 0;
    // A wait for the next attempt may be longer than what is left.
    if (stream_ == nullptr) {
        retry_.cancel();
        connect();
    }
    pump();
    drained_.expires_at(deadline);
    boost::system::error_code ended;
    while (!over_ && Clock::now() < deadline) {
        co_await drained_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    }
    over_ = true;
    retry_.cancel();
    if (stream_ != nullptr) stream_->cancel();
    co_return backlog_.empty();
}

void Reporter::Impl::let_go() {
    over_ = true;
    retry_.cancel();
    answers_.cancel();
    drained_.cancel();
    forget_.cancel();
    if (stream_ != nullptr) {
        stream_->cancel();
        stream_->release();
        stream_ = nullptr;
    }
    outstanding_->wait();
}

Reporter::Reporter(const boost::asio::any_io_executor& executor, ReportOptions options, ReportEvents events) {
    const bool later = options.introduced_later;
    impl_ = std::make_shared<Impl>(executor, std::move(options), std::move(events));
    if (!later) impl_->connect();
}

Reporter::~Reporter() {
    impl_->let_go();
}

void Reporter::introduce(Labels labels) {
    impl_->introduce(std::move(labels));
}

bool Reporter::offer(const Window& window, Clock::time_point ended) {
    return impl_->offer(window, ended);
}

boost::asio::awaitable<bool> Reporter::drain(Clock::time_point deadline) {
    return impl_->drain(deadline);
}

std::size_t Reporter::unacknowledged() const {
    return impl_->backlog().size();
}

std::uint64_t Reporter::dropped() const {
    return impl_->backlog().dropped();
}

}  // namespace plumb::agent
