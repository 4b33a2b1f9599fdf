// The headers of a request and of its answer as people may read them, for whoever listens to the run. No I/O.
//
// A value that may let somebody in is not shown: of what the target gave none is, nor one under a name that
// authorizes, nor a cookie. A query goes from every URL.
#pragma once

#include "probes/http/settings.hpp"
#include "probes/run.hpp"

#include <string_view>

namespace plumb::http {

// `bytes`: a request of request() or connect_request(), with its body, of which only the size is told.
void say_request(Run& run, std::string_view bytes, const Settings& settings);
// `header`: Response::header(). Its words are the peer's.
void say_answer(Run& run, std::string_view header, const Settings& settings);

}  // namespace plumb::http
