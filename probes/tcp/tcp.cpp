#include "probes/tcp/tcp.hpp"

#include "probes/net/dial.hpp"

namespace plumb {
namespace {

class TcpProbe final : public Probe {
  public:
    TcpProbe(const Target& target, Services& services)
        : services_(services), host_(target.url.host), port_(target.url.port) {}

    boost::asio::awaitable<void> run(Run& run) override {
        const auto stream = co_await net::dial(run, services_, host_, port_);
    }

  private:
    Services& services_;
    std::string host_;
    std::uint16_t port_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    if (auto known = check_options(target.url, {}); !known) return known.error();
    return std::unique_ptr<Probe>(std::make_unique<TcpProbe>(target, services));
}

}  // namespace

const Kind& tcp_kind() {
    static const Kind kind{"tcp", {{"tcp", 0}}, {}, false, make};
    return kind;
}

}  // namespace plumb
