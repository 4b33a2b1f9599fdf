// What libpq and the server say when it fails → our cause. Pure text in, a value out.
//
// While logging in libpq offers no code, only words: the server's, which carry the SQLSTATE when the
// verbosity is PQERRORS_VERBOSE ("FATAL:  28P01: password …"), and its own, which are matched here as libpq
// 15 writes them.
#pragma once

#include "probes/net/error.hpp"

#include <string>
#include <string_view>

namespace plumb::postgres {

// An error that the server sent, by its SQLSTATE; `words` are its primary message.
net::Failed server_failure(std::string_view sqlstate, std::string_view words);

// The bytes of an error message that a server sent, as many as have come: of protocol 3, or the bare text of
// a server that could not even start a process for the session.
net::Failed error_message_failure(std::string_view bytes);

// PQerrorMessage of a connection that did not come about or broke. Of several tries in one text the last
// counts.
net::Failed login_failure(std::string_view message);

// PQerrorMessage of a connection that TCP refused at once: errno is told only by its words. Cause tcp.* or
// local.*.
net::Failed connect_words_failure(std::string_view message);

}  // namespace plumb::postgres
