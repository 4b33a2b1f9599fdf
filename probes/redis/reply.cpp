#include "probes/redis/reply.hpp"

#include <charconv>
#include <new>

#include <fmt/format.h>
#include <hiredis/hiredis.h>

namespace plumb::redis {

namespace {

using net::Failed;

Failed garbage(std::string detail) {
    return {Cause::peer_garbage, std::move(detail)};
}
Failed too_large(std::string detail) {
    return {Cause::peer_too_large, std::move(detail)};
}

// The byte itself may be part of something secret that the peer echoes, so only one is ever named.
std::string describe(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    if (value > 0x20 && value < 0x7f) return fmt::format("'{}'", byte);
    return fmt::format("byte 0x{:02x}", static_cast<unsigned>(value));
}

Reply::Type type_of(int type) {
    switch (type) {
        case REDIS_REPLY_STATUS:
            return Reply::Type::status;
        case REDIS_REPLY_ERROR:
            return Reply::Type::error;
        case REDIS_REPLY_INTEGER:
            return Reply::Type::integer;
        case REDIS_REPLY_STRING:
            return Reply::Type::text;
        case REDIS_REPLY_ARRAY:
            return Reply::Type::array;
        default:
            return Reply::Type::nil;
    }
}

// REQUIRES: nesting was bounded by the guard.
Reply copy(const redisReply& from) {
    Reply reply;
    reply.type = type_of(from.type);
    reply.integer = from.integer;
    if (from.str != nullptr) reply.text.assign(from.str, from.len);
    if (reply.type == Reply::Type::array) {
        for (std::size_t i = 0; i < from.elements; ++i)
            reply.elements.push_back(copy(*from.element[i]));
    }
    return reply;
}

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

}  // namespace

std::size_t FrameGuard::check(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && !failed_) {
        if (state_ == State::bulk) {
            const std::size_t skip = std::min(bulk_left_, bytes.size() - at);
            bulk_left_ -= skip;
            reply_bytes_ += skip;
            at += skip;
            if (bulk_left_ == 0) element_done();
        } else {
            failed_ = step(bytes[at]);
            if (!failed_) ++at;
        }
        if (!failed_ && reply_bytes_ > kMaxReply) {
            failed_ = too_large(fmt::format("a reply of more than {} bytes", kMaxReply));
        }
    }
    return at;
}

std::optional<Failed> FrameGuard::step(char byte) {
    ++reply_bytes_;
    if (state_ == State::type) {
        if (std::string_view("+-:$*").find(byte) == std::string_view::npos) {
            return garbage(fmt::format("a Redis reply cannot begin with {}", describe(byte)));
        }
        if (++reply_values_ > kMaxValues)
            return too_large(fmt::format("a reply of more than {} values", kMaxValues));
        type_ = byte;
        line_.clear();
        state_ = State::line;
        return std::nullopt;
    }
    if (byte == '\n') {
        if (line_.empty() || line_.back() != '\r')
            return garbage("a line of the reply does not end with CR LF");
        line_.pop_back();
        return end_of_line();
    }
    if (!line_.empty() && line_.back() == '\r') return garbage("a line of the reply has a CR without LF");
    line_.push_back(byte);
    if (line_.size() > kMaxLine) return too_large(fmt::format("a line of more than {} bytes", kMaxLine));
    return std::nullopt;
}

std::optional<Failed> FrameGuard::end_of_line() {
    state_ = State::type;
    if (type_ == '+' || type_ == '-') {
        element_done();
        return std::nullopt;
    }
    return header();
}

// The number after ':', '$' or '*', written the one way that hiredis takes too: "01" and "-0" are none.
std::optional<Failed> FrameGuard::header() {
    std::int64_t number = 0;
    const char* end = line_.data() + line_.size();
    const auto [stop, error] = std::from_chars(line_.data(), end, number);
    if (error != std::errc{} || stop != end || line_ != std::to_string(number))
        return garbage(fmt::format("no number after {}", describe(type_)));
    if (type_ == ':') {
        element_done();
        return std::nullopt;
    }
    if (number < -1) return garbage(fmt::format("a length of {}", number));
    if (number == -1) {
        element_done();
        return std::nullopt;
    }
    const auto length = static_cast<std::uint64_t>(number);
    if (type_ == '$') {
        if (length > kMaxReply) return too_large(fmt::format("a string of {} bytes is announced", length));
        bulk_left_ = static_cast<std::size_t>(length) + 2;
        state_ = State::bulk;
        return std::nullopt;
    }
    if (length > kMaxElements) return too_large(fmt::format("an array of {} elements is announced", length));
    if (open_arrays_.size() >= kMaxDepth) return too_large("arrays nested too deeply");
    if (length == 0) {
        element_done();
    } else {
        open_arrays_.push_back(static_cast<std::size_t>(length));
    }
    return std::nullopt;
}

void FrameGuard::element_done() {
    state_ = State::type;
    while (!open_arrays_.empty()) {
        if (--open_arrays_.back() > 0) return;
        open_arrays_.pop_back();
    }
    reply_bytes_ = 0;
    reply_values_ = 0;
    ++whole_replies_;
}

void ReplyReader::Free::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

ReplyReader::ReplyReader() : reader_(redisReaderCreate()) {
    if (!reader_) throw std::bad_alloc();
}

ReplyReader::~ReplyReader() = default;

net::IoResult<void> ReplyReader::feed(std::string_view bytes) {
    const std::size_t good = guard_.check(bytes);
    if (redisReaderFeed(reader_.get(), bytes.data(), good) != REDIS_OK) return garbage(reader_->errstr);
    if (guard_.failed() && guard_.whole_replies() == taken_) return *guard_.failed();
    return {};
}

net::IoResult<std::optional<Reply>> ReplyReader::take() {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return garbage(reader_->errstr);
    const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(raw));
    if (!reply && guard_.failed()) return *guard_.failed();
    if (!reply) return std::optional<Reply>();
    ++taken_;
    return std::optional<Reply>(copy(*reply));
}

}  // namespace plumb::redis
