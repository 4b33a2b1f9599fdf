// probes/redis/session: a server that answers a whole session with whatever it likes. The input's first byte
// chooses the login; the rest are replies. No answer ends anywhere but in a bounded number of questions, and
// the password never comes back.
#include "probes/redis/describe.hpp"
#include "probes/redis/session.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

constexpr std::string_view kSecret = "hunter2hunter2";
// AUTH twice, SELECT, PING, INFO, CONFIG GET for three settings, CLUSTER INFO, CLUSTER SLOTS.
constexpr int kMostQuestions = 10;

bool shows_secret(std::string_view text) {
    return text.find(kSecret) != std::string_view::npos;
}

void check_rejection(const redis::Rejection& rejection, bool sent) {
    require(rejection.cause != Cause::unknown && !rejection.phase.empty(), "a rejection has cause and phase");
    require(!sent || !shows_secret(rejection.detail), "a rejection shows no secret");
}

void check_facts(const redis::Session& session, bool sent) {
    Outcome outcome;
    Rates rates;
    if (session.info()) redis::describe(*session.info(), rates, Clock::time_point{}, outcome);
    if (session.cluster()) redis::describe_cluster(*session.cluster(), outcome);
    fuzz::require_good_facts(outcome);
    for (const auto& fact : outcome.facts)
        require(!sent || !shows_secret(fact.value), "a fact shows no secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const unsigned choice = input.byte();
    redis::Settings settings;
    if ((choice & 1U) != 0) settings.user = "app";
    if ((choice & 2U) != 0) settings.password = Secret(std::string(kSecret));
    if ((choice & 4U) != 0) settings.database = 3;
    settings.word_alone = (choice & 8U) != 0;
    redis::Session session(settings, redis::Questions::all());

    redis::ReplyReader reader;
    if (!reader.feed(input.rest())) return 0;
    int questions = 0;
    while (session.step() != redis::Session::Step::done) {
        require(++questions <= kMostQuestions, "a session has an end");
        require(!session.command().empty(), "there is something to ask");
        auto reply = reader.take();
        if (!reply || !*reply) return 0;
        if (const auto rejection = session.take(**reply))
            check_rejection(*rejection, !settings.password.empty());
    }
    check_facts(session, !settings.password.empty());
    return 0;
}
