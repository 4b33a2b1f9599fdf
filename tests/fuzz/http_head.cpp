// probes/http/response: an HTTP/1 answer from anybody, its head, its chunks and its end. What is read does
// not depend on how the network cut it.
#include "probes/http/response.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <optional>

namespace {

using namespace plumb;
using fuzz::require;

struct Read {
    std::optional<Cause> failed;
    bool head_done = false;
    bool done = false;
    bool enough = false;
    http::Head head;
};

class Reader {
  public:
    explicit Reader(bool to_head_request) : response_(to_head_request) {}

    // As the probe does. False: it reads no further.
    bool feed(std::string_view piece) {
        const auto fed = response_.feed(piece);
        if (!fed) failed_ = fed.error().cause;
        return fed && !response_.done() && !response_.enough();
    }

    Read end() {
        if (!failed_ && !response_.done() && !response_.enough()) {
            if (const auto ended = response_.end_of_stream(); !ended) failed_ = ended.error().cause;
        }
        Read read{failed_, response_.head_done(), response_.done(), response_.enough(), {}};
        if (read.head_done) read.head = response_.head();
        return read;
    }

  private:
    http::Response response_;
    std::optional<Cause> failed_;
};

void check_head(const http::Head& head) {
    require(head.status >= 0 && head.status <= 999, "a status has three digits");
    require(head.version == 10 || head.version == 11, "the version is 1.0 or 1.1");
    require(head.reason.size() <= http::kMaxHeader, "the reason is bounded");
    for (const auto& [name, value] : head.fields)
        require(value.size() <= std::size_t{2} * http::kMaxHeader, "a field is bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const unsigned seed = input.byte();
    const bool to_head_request = (seed & 128U) != 0;
    const auto bytes = input.rest();

    Reader at_once(to_head_request);
    at_once.feed(bytes);
    const auto whole = at_once.end();
    Reader piecewise(to_head_request);
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) { return piecewise.feed(piece); });
    const auto cut = piecewise.end();

    require(whole.failed == cut.failed, "a failure does not depend on the cuts");
    if (whole.head_done) check_head(whole.head);
    if (whole.failed) return 0;  // what was read before a failure may
    require(whole.done == cut.done && whole.enough == cut.enough, "the end does not depend on the cuts");
    require(whole.head_done && cut.head_done, "an answer that is good has a head");
    require(whole.head.status == cut.head.status && whole.head.version == cut.head.version &&
                whole.head.reason == cut.head.reason && whole.head.fields == cut.head.fields,
            "the head does not depend on the cuts");
    return 0;
}
