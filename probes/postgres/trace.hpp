// What libpq says and hears, message by message, for whoever listens to the run: PQtrace() writes into a
// stream of ours. Of the messages that carry a password only the name is told, and of the server's settings
// and rows how many there were.
//
// https://www.postgresql.org/docs/15/protocol-message-formats.html
#pragma once

#include "probes/postgres/login.hpp"
#include "probes/run.hpp"

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace plumb::postgres {

// A line of PQtrace() as the message that it tells of; its first line, where the message has several.
struct TracedMessage {
    bool sent = false;
    std::string name;   // "DataRow"
    std::string words;  // what may be shown beside it: a command's tag, an error's text; not yet scrubbed
};
std::optional<TracedMessage> parse_trace_line(std::string_view line);

class Trace {
  public:
    // REQUIRES: both outlive it.
    Trace(Run& run, const Login& login);
    ~Trace();
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    void attach(PGconn* connection);  // which is freed before the trace is
    // What the server said and libpq does not trace: why it lets nobody in. Comes after what it said before.
    void answered(std::string_view words);
    // Bytes of a login that libpq is about to read: it traces no request to log in.
    void arriving(std::string_view bytes);
    // These bytes were no answer of PostgreSQL.
    void no_answer(std::string_view bytes);

  private:
    static ssize_t on_write(void* self, const char* bytes, std::size_t size);
    void take(std::string_view bytes);
    void end_line();
    void add_answer(TracedMessage message);
    void flush();
    std::string scrubbed(std::string_view words) const;

    Run& run_;
    const Login& login_;
    std::FILE* stream_ = nullptr;
    std::string line_;
    std::string_view asked_;  // the request to log in that was told last; static storage
    struct Answers {
        std::string name;
        std::string words;
        std::size_t count = 0;
    };
    std::vector<Answers> answers_;  // since we last said something, alike ones together
};

}  // namespace plumb::postgres
