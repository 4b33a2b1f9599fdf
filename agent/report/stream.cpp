#include "agent/report/stream.hpp"

#include <boost/asio/post.hpp>

namespace plumb::agent {

ReportStream::ReportStream(boost::asio::any_io_executor executor, Events events)
    : executor_(std::move(executor)), events_(std::make_shared<const Events>(std::move(events))) {}

void ReportStream::start(v1::ReportService::Stub& stub) {
    stub.async()->Report(&context_, this);
    AddHold();
    StartRead(&response_);
    StartCall();
}

void ReportStream::write(v1::ReportRequest request) {
    request_ = std::move(request);
    StartWrite(&request_);
}

void ReportStream::finish_writes() {
    StartWritesDone();
}

void ReportStream::read_next() {
    StartRead(&response_);
}

void ReportStream::release() {
    if (released_) return;
    released_ = true;
    RemoveHold();
}

void ReportStream::OnReadDone(bool ok) {
    boost::asio::post(executor_, [events = events_, ok] { events->read(ok); });
}

void ReportStream::OnWriteDone(bool ok) {
    boost::asio::post(executor_, [events = events_, ok] { events->written(ok); });
}

void ReportStream::OnDone(const grpc::Status& status) {
    // After the post this object may be gone at any moment: it is touched no more.
    const auto executor = executor_;
    const auto events = events_;
    boost::asio::post(executor, [events, self = std::unique_ptr<ReportStream>(this), status]() mutable {
        events->done(std::move(self), status);
    });
    events->gone();
}

}  // namespace plumb::agent
