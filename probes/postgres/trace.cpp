#include "probes/postgres/trace.hpp"

#include "base/text.hpp"
#include "probes/peer_words.hpp"
#include "probes/postgres/authentication.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <new>

namespace plumb::postgres {
namespace {

constexpr std::size_t kMaxLine = 1024;  // bytes of a line that are looked at
constexpr std::size_t kMaxAnswers = 16;

// The field `code` of an error: ` M "column "a" does not exist" P "8"` → column "a" does not exist.
std::string error_field(std::string_view rest, char code) {
    const std::string begin{' ', code, ' ', '"'};
    const auto at = rest.find(begin);
    if (at == std::string_view::npos) return "";
    const auto value = rest.substr(at + begin.size());
    for (auto end = value.find("\" "); end != std::string_view::npos; end = value.find("\" ", end + 1)) {
        const auto next = value.substr(end + 2);
        const bool is_field = next.size() > 2 && next[0] >= 'A' && next[0] <= 'Z' && next[1] == ' ';
        if (is_field || next.starts_with("\\x00")) return std::string(value.substr(0, end));
    }
    return std::string(value);
}

std::string unquoted(std::string_view text) {
    text = trim(text);
    if (text.starts_with('"')) text.remove_prefix(1);
    if (text.ends_with('"')) text.remove_suffix(1);
    return std::string(text);
}

std::string shown_words(std::string_view name, std::string_view rest) {
    if (name == "Query" || name == "CommandComplete") return unquoted(rest);
    if (name == "ErrorResponse" || name == "NoticeResponse") {
        const auto code = error_field(rest, 'C');
        return error_field(rest, 'S') + (code.empty() ? "" : " " + code) + ": " + error_field(rest, 'M');
    }
    return "";
}

// libpq 15 names neither the messages before the login nor those that carry a password.
std::string name_of(std::string_view name, std::string_view length, bool sent) {
    if (!name.starts_with("Unknown message")) return std::string(name);
    if (sent && name.find("length is") != std::string_view::npos)
        return length == "8" ? "SSLRequest" : "StartupMessage";
    return sent ? "PasswordMessage or SASLResponse ***" : "a message of another kind";
}

}  // namespace

std::optional<TracedMessage> parse_trace_line(std::string_view line) {
    const bool sent = line.starts_with("F\t");
    if (!sent && !line.starts_with("B\t")) return std::nullopt;
    line.remove_prefix(2);
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    const auto length = line.substr(0, tab);
    line.remove_prefix(tab + 1);
    const auto end = std::min(line.find('\t'), line.size());
    TracedMessage message;
    message.sent = sent;
    message.name = name_of(trim(line.substr(0, end)), length, sent);
    message.words = shown_words(message.name, line.substr(end));
    return message;
}

Trace::Trace(Run& run, const Login& login) : run_(run), login_(login) {
    cookie_io_functions_t functions{};
    functions.write = on_write;
    stream_ = fopencookie(this, "w", functions);
    if (stream_ == nullptr) throw std::bad_alloc();
}

Trace::~Trace() {
    std::fclose(stream_);
    flush();
}

void Trace::attach(PGconn* connection) {
    PQtrace(connection, stream_);
    PQsetTraceFlags(connection, PQTRACE_SUPPRESS_TIMESTAMPS);
}

// Nothing is thrown through libpq: a trace without memory has a gap.
ssize_t Trace::on_write(void* self, const char* bytes, std::size_t size) {
    try {
        static_cast<Trace*>(self)->take({bytes, size});
    } catch (const std::exception&) {
        static_cast<Trace*>(self)->line_.clear();
    }
    return static_cast<ssize_t>(size);
}

void Trace::take(std::string_view bytes) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
        line_.append(bytes.substr(0, std::min(end, kMaxLine - line_.size())));
        end_line();
        bytes.remove_prefix(end + 1);
    }
    line_.append(bytes.substr(0, kMaxLine - line_.size()));
}

void Trace::end_line() {
    auto message = parse_trace_line(line_);
    line_.clear();
    if (!message) return;
    if (!message->sent) return add_answer(std::move(*message));
    flush();
    run_.we_said(message->name + (message->words.empty() ? "" : " " + message->words));
}

void Trace::add_answer(TracedMessage message) {
    // It sends its settings only to whom it has let in.
    if (answers_.empty() && message.name == "ParameterStatus")
        answers_.push_back({"AuthenticationOk", "", 1});
    const bool ends = message.name == "ReadyForQuery";
    if (!answers_.empty() && answers_.back().name == message.name && message.words.empty()) {
        ++answers_.back().count;
    } else if (answers_.size() < kMaxAnswers) {
        answers_.push_back({std::move(message.name), std::move(message.words), 1});
    }
    if (ends) flush();
}

void Trace::flush() {
    std::string all;
    for (const auto& each : answers_) {
        all += (all.empty() ? "" : ", ") + each.name;
        if (each.count > 1) all += " × " + std::to_string(each.count);
        if (!each.words.empty()) all += " " + each.words;
    }
    answers_.clear();
    if (!all.empty()) run_.peer_said(scrubbed(all));
}

void Trace::answered(std::string_view words) {
    flush();
    run_.peer_said(scrubbed(words));
}

void Trace::arriving(std::string_view bytes) {
    const auto name = authentication_name(bytes);
    if (name.empty() || name == asked_) return;  // the same bytes may be seen twice
    asked_ = name;
    answered(name);
}

void Trace::no_answer(std::string_view bytes) {
    flush();
    run_.peer_said(first_bytes(scrubbed(bytes)));
}

std::string Trace::scrubbed(std::string_view words) const {
    const std::array<std::string_view, 2> secrets{login_.password.reveal(), login_.key_password.reveal()};
    return scrub(words, secrets);
}

}  // namespace plumb::postgres
