// probes/grpc/session and health: a server's HTTP/2 after its SETTINGS. The input's first byte chooses the
// cuts, the second how the peer begins.
#include "probes/grpc/session.hpp"
#include "probes/url.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <optional>

namespace {

using namespace plumb;
using namespace plumb::grpc_health;
using fuzz::require;

constexpr std::size_t kMaxText = 1024;  // of a field; a farewell is shorter
constexpr std::string_view kSettingsFrame("\0\0\0\4\0\0\0\0\0", 9);

const Settings& settings() {
    static const Settings made = settings_of(parse_url("grpc://h:1/a.B").value()).value();
    return made;
}

// As the probe speaks: what wants an answer is answered after each piece.
class Client {
  public:
    Client() { session_.take_output(); }

    bool feed(std::string_view piece) {
        fed_ += piece.size();
        const auto taken = session_.feed(piece);
        if (!taken) failed_ = taken.error().cause;
        if (taken) session_.take_output();
        if (taken && session_.ready() && !started_) {
            started_ = true;
            session_.start(std::chrono::seconds(1));
            session_.take_output();
        }
        check();
        return taken && !session_.done() && !session_.broken();
    }
    bool done() const { return !failed_ && session_.done(); }
    const Answer& answer() const { return session_.answer(); }

  private:
    void check() const {
        const auto& answer = session_.answer();
        require(answer.body.size() <= kMaxMessage, "the answer's body is bounded");
        require(answer.server.size() <= kMaxText && answer.content_type.size() <= kMaxText &&
                    answer.message.size() <= kMaxText && answer.farewell.size() <= kMaxText,
                "a field is bounded");
        require(!failed_ || *failed_ != Cause::unknown, "every failure has a cause");
        require(failed_ || session_.done() || fed_ <= kMaxWire, "a connection is bounded");
        require(started_ || !session_.done(), "no call ends before it began");
    }

    Session session_{settings()};
    std::size_t fed_ = 0;
    bool started_ = false;
    std::optional<Cause> failed_;
};

void check_verdict(const Answer& answer) {
    const auto verdict = judge(answer, settings().service);
    if (verdict.bad) {
        require(verdict.bad->cause != Cause::unknown, "every failure has a cause");
        return;
    }
    require(answer.status == 0 && verdict.health == "SERVING", "only a service that says SERVING is well");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const unsigned seed = input.byte();
    const bool begins_well = (input.byte() & 1U) == 0;
    const auto bytes = input.rest();
    Client whole;
    Client cut;
    if (begins_well) {
        require(whole.feed(kSettingsFrame), "SETTINGS begin a connection");
        cut.feed(kSettingsFrame);
    }
    whole.feed(bytes);
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) { return cut.feed(piece); });
    // What stands before an end may be answered only in pieces (a flood is one only at once), but an answer
    // that both understood is the same.
    // A header against the rules we reset ourselves, once we write: what stands behind it is read or not.
    const bool ended_well =
        whole.done() && cut.done() && whole.answer().reset == 0 && cut.answer().reset == 0;
    if (begins_well && ended_well) {
        require(whole.answer().status == cut.answer().status &&
                    whole.answer().http_status == cut.answer().http_status &&
                    whole.answer().message == cut.answer().message &&
                    whole.answer().body == cut.answer().body,
                "an answer does not depend on the cuts");
    }
    if (whole.done()) check_verdict(whole.answer());
    return 0;
}
