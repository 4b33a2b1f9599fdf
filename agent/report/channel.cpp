#include "agent/report/channel.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <grpc/support/log.h>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

namespace plumb::agent {
namespace {

using std::chrono::milliseconds;

int in_ms(std::chrono::nanoseconds value) {
    return static_cast<int>(
        std::clamp<std::int64_t>(std::chrono::ceil<milliseconds>(value).count(), 1, 600'000));
}

// gRPC writes a line of its own for every failed handshake; ours says the same, at a bounded rate.
void quieten_grpc() {
    if (std::getenv("GRPC_VERBOSITY") != nullptr) return;
    gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

std::shared_ptr<grpc::Channel> make_channel(const ReportOptions& options) {
    quieten_grpc();
    grpc::ChannelArguments arguments;
    // gRPC's own wait between connection attempts must not outlast ours.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, in_ms(options.first_delay));
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, in_ms(options.most_delay));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    // The controller is inside; a proxy for the way out would be the wrong way.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    // Channels are otherwise shared by address inside the process.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(256 << 10);
    auto credentials = grpc::InsecureChannelCredentials();
    if (options.tls) {
        grpc::SslCredentialsOptions ssl;
        ssl.pem_root_certs = options.ca_pem;
        ssl.pem_cert_chain = options.cert_pem;
        ssl.pem_private_key = options.key_pem.reveal();
        credentials = grpc::SslCredentials(ssl);
    }
    return grpc::CreateCustomChannel(options.controller, credentials, arguments);
}

}  // namespace plumb::agent
