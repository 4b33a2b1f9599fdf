#include "probes/http/tls_pool.hpp"

namespace plumb::http {
namespace {

constexpr std::size_t kMostOthers = 10;

}  // namespace

TlsPool::TlsPool(net::TlsOptions options, bool now) : options_(std::move(options)) {
    if (now) own_.emplace(options_);
}

const net::TlsSettings& TlsPool::settings_of(const Hop& hop) {
    if (hop.home) {
        if (!own_) own_.emplace(options_);
        return *own_;
    }
    const auto known = others_.find(hop.host);
    if (known != others_.end()) return known->second;
    if (others_.size() >= kMostOthers) others_.clear();
    net::TlsOptions options = options_;
    options.server_name = net::certificate_name(hop.host);
    options.certificate_file.clear();
    options.key_file.clear();
    return others_.try_emplace(hop.host, std::move(options)).first->second;
}

}  // namespace plumb::http
