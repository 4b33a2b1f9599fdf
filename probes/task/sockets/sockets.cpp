#include "probes/task/sockets/sockets.hpp"

#include "probes/task/sockets/describe.hpp"
#include "probes/task/sockets/facts.hpp"

#include <utility>

namespace plumb::task {
namespace {

class Sockets : public Section {
  public:
    explicit Sockets(SocketSettings settings) : settings_(std::move(settings)) {}

    void look(Look& look, Depth depth) override {
        CensusQuestion question;
        question.places = settings_.places;
        question.self = settings_.self;
        // There may be tens of thousands, and nothing but their number is of interest.
        question.time_wait = depth == Depth::inspect;
        question.bounds = settings_.bounds;
        const auto targets = settings_.targets ? settings_.targets() : std::vector<SocketTarget>();
        summary_.look(take_census(question), targets, Clock::now(), depth, look);
    }

  private:
    SocketSettings settings_;
    SocketSummary summary_;
};

}  // namespace

std::unique_ptr<Section> make_sockets(SocketSettings settings) {
    return std::make_unique<Sockets>(std::move(settings));
}

Catalog sockets_catalog() {
    Catalog catalog;
    catalog.causes = {Cause::task_connection_leak, Cause::task_connect_stuck, Cause::task_backlog_full};
    catalog.facts = {kCensusSource, kListenerPorts, kSocketTrouble, kListenerTrouble};
    catalog.gauges = {kConnections,    kCloseWait,        kSynSent,       kRoundTrip,
                      kRetransmits,    kUnsent,           kUnread,        kTimeWait,
                      kOtherCloseWait, kInboundCloseWait, kListenerQueue, kListenDrops};
    return catalog;
}

}  // namespace plumb::task
