// One probe that runs again and again, as the schedule runs it: what a Probe keeps between runs shows only
// here.
#pragma once

#include "tests/integration/probe_run/probe_run.hpp"

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace plumb::test {

class KeptProbe {
  public:
    KeptProbe(const Kind& kind, const std::string& url);  // throws when the URL is refused
    ~KeptProbe();
    KeptProbe(const KeptProbe&) = delete;
    KeptProbe& operator=(const KeptProbe&) = delete;

    // The outcome is held against the catalog of the kind.
    Outcome run(Depth depth = Depth::inspect);

  private:
    const Kind& kind_;
    boost::asio::io_context context_;
    std::unique_ptr<net::Resolver> resolver_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<Probe> probe_;
    std::uint64_t runs_ = 0;
};

}  // namespace plumb::test
