#include "controller/serve.hpp"

#include "base/file.hpp"
#include "controller/access/tokens.hpp"
#include "controller/api/query_service.hpp"
#include "controller/credentials.hpp"
#include "controller/ingest/report_service.hpp"
#include "controller/judge/policy/policy_yaml.hpp"
#include "controller/listen_address.hpp"
#include "controller/metrics/metrics.hpp"
#include "controller/store/store.hpp"
#include "controller/web/web_server.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

namespace plumb::controller {
namespace {

constexpr int kCannotStart = 2;
constexpr int kMessageBytes = static_cast<int>(kMaxWindowBytes) + (64 << 10);
constexpr std::size_t kNetworkBytes = 512u << 20;
// Streams and questions are over by then; this is for peers that do not close their connections.
constexpr std::chrono::seconds kShutdownPatience{2};
constexpr std::chrono::minutes kRetentionEvery{10};

// What the flags name, read and checked: nothing listens before all of it is right.
struct Prepared {
    ListenAddress grpc;
    ListenAddress http;
    std::shared_ptr<grpc::ServerCredentials> credentials;
    std::optional<access::Tokens> tokens;
    std::optional<judge::Policy> floor;
    std::unique_ptr<store::Store> store;
};

Result<void> prepare_addresses(const ServeOptions& options, Prepared& prepared) {
    auto grpc = parse_listen_address(options.listen);
    if (!grpc) return Error{"--listen: " + grpc.error().message};
    auto http = parse_listen_address(options.http);
    if (!http) return Error{"--http: " + http.error().message};
    prepared.grpc = std::move(*grpc);
    prepared.http = std::move(*http);
    if (options.tls_cert.empty() && !prepared.grpc.loopback && !options.insecure_plaintext) {
        return Error{
            fmt::format("--listen {}: others reach this address, and without --tls-cert and --tls-key "
                        "everything would travel readable; --insecure-plaintext allows it",
                        options.listen)};
    }
    return {};
}

Result<void> prepare_rules(const ServeOptions& options, Prepared& prepared) {
    if (!options.tokens.empty()) {
        auto text = read_file(options.tokens);
        if (!text) return Error{"--tokens: " + text.error().message};
        auto tokens = access::Tokens::parse(*text, options.tokens);
        if (!tokens) return tokens.error();
        prepared.tokens = std::move(*tokens);
    }
    if (!options.policy.empty()) {
        auto text = read_file(options.policy);
        if (!text) return Error{"--policy: " + text.error().message};
        auto policy = judge::parse_policy(*text, options.policy);
        if (!policy) return policy.error();
        prepared.floor = std::move(*policy);
    }
    return {};
}

Result<void> prepare(const ServeOptions& options, Prepared& prepared) {
    if (auto ok = prepare_addresses(options, prepared); !ok) return ok;
    if (auto ok = prepare_rules(options, prepared); !ok) return ok;
    auto credentials = server_credentials(options);
    if (!credentials) return credentials.error();
    prepared.credentials = std::move(*credentials);
    auto opened = store::open_store(options.store);
    if (!opened) return opened.error();
    prepared.store = std::move(*opened);
    return can_listen(prepared.grpc);
}

// SIGTERM and SIGINT are taken by one thread, in wait(); the others inherit the block.
class StopSignals {
  public:
    StopSignals() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGTERM);
        sigaddset(&set_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }
    // True when asked to stop, false after `patience`.
    bool wait(std::chrono::seconds patience) {
        const timespec limit{patience.count(), 0};
        return sigtimedwait(&set_, nullptr, &limit) > 0;
    }
    // From now on a signal does what it does by default: end the process at once.
    void release() { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

  private:
    sigset_t set_{};
};

class Serving {
  public:
    Serving(Prepared prepared, const ServeOptions& options)
        : store_(std::move(prepared.store)),
          tokens_(std::move(prepared.tokens)),
          retention_(std::chrono::duration_cast<store::Time::duration>(options.retention)),
          reports_(*store_, metrics_, tokens_ ? &*tokens_ : nullptr, options.login_budget),
          queries_(*store_, metrics_, tokens_ ? &*tokens_ : nullptr, std::move(prepared.floor)) {}

    Result<void> start(const ListenAddress& address, const ListenAddress& http,
                       const std::shared_ptr<grpc::ServerCredentials>& credentials) {
        auto web = web::WebServer::start(http.host, http.port, *store_, metrics_);
        if (!web) return Error{"--http: " + web.error().message};
        web_ = std::move(*web);
        grpc::EnableDefaultHealthCheckService(true);
        grpc::ServerBuilder builder;
        int port = 0;
        builder.AddListeningPort(address.text(), credentials, &port);
        builder.RegisterService(&reports_);
        builder.RegisterService(&queries_);
        builder.SetMaxReceiveMessageSize(kMessageBytes);
        // Messages that are on their way, of all peers together: a message may be large and peers many.
        builder.SetResourceQuota(grpc::ResourceQuota("plumb").Resize(kNetworkBytes));
        // Two controllers on one port would share the agents between them, silently.
        builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
        // A peer that vanished without a word is noticed within a minute.
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000);
        builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
        server_ = builder.BuildAndStart();
        if (server_ == nullptr || port == 0) return Error{"--listen: cannot listen on " + address.text()};
        ListenAddress bound = address;
        bound.port = static_cast<std::uint16_t>(port);
        std::printf("listening grpc=%s http=%s\n", bound.text().c_str(), web_->address().c_str());
        std::fflush(stdout);
        return {};
    }

    void run_until_stopped(StopSignals& signals) {
        auto next_retention = std::chrono::steady_clock::now();
        bool more = false;  // to remove; a signal is looked for between two steps
        while (!signals.wait(std::chrono::seconds(more ? 0 : 1))) {
            reports_.sweep();
            if (!more && std::chrono::steady_clock::now() < next_retention) continue;
            next_retention = std::chrono::steady_clock::now() + kRetentionEvery;
            more = remove_old();
        }
    }

    void stop() {
        if (auto* health = server_->GetHealthCheckService()) health->Shutdown();
        reports_.stop();
        queries_.stop();
        server_->Shutdown(std::chrono::system_clock::now() + kShutdownPatience);
        server_->Wait();
        web_->stop();
    }

  private:
    bool remove_old() {
        try {
            return store_->remove_before(std::chrono::system_clock::now() - retention_);
        } catch (const store::StoreError& error) {
            ++metrics_.store_errors;
            std::fprintf(stderr, "plumb-controller: %s\n", error.what());
            return false;
        }
    }

    metrics::Metrics metrics_;
    std::unique_ptr<store::Store> store_;
    std::optional<access::Tokens> tokens_;
    store::Time::duration retention_;
    ingest::ReportService reports_;
    api::QueryService queries_;
    std::unique_ptr<web::WebServer> web_;
    std::unique_ptr<grpc::Server> server_;
};

int cannot_start(const Error& error) {
    std::fprintf(stderr, "plumb-controller: %s\n", error.message.c_str());
    return kCannotStart;
}

}  // namespace

int serve(const ServeOptions& options) {
    // protobuf writes a line for every text of a peer that is no UTF-8; the peer is told, and that is enough.
    google::protobuf::SetLogHandler(nullptr);
    StopSignals signals;
    Prepared prepared;
    if (auto ok = prepare(options, prepared); !ok) return cannot_start(ok.error());
    const auto grpc = prepared.grpc;
    const auto http = prepared.http;
    const auto credentials = prepared.credentials;
    Serving serving(std::move(prepared), options);
    if (auto ok = serving.start(grpc, http, credentials); !ok) return cannot_start(ok.error());
    serving.run_until_stopped(signals);
    std::fprintf(stderr, "plumb-controller: stopping; a second signal ends it at once\n");
    signals.release();
    serving.stop();
    return 0;
}

}  // namespace plumb::controller
