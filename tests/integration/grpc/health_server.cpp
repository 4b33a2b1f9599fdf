#include "tests/integration/grpc/health_server.hpp"

#include <chrono>
#include <stdexcept>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

namespace plumb::test {
namespace {

std::shared_ptr<grpc::ServerCredentials> credentials(const Issued* identity) {
    if (identity == nullptr) return grpc::InsecureServerCredentials();
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({identity->key, identity->certificate});
    return grpc::SslServerCredentials(options);
}

}  // namespace

struct HealthServer::Running {
    grpc::CallbackGenericService
        no_methods;  // every method but those of a registered service is unimplemented
    std::unique_ptr<grpc::Server> server;
};

HealthServer::HealthServer(const Spec& spec) : running_(std::make_unique<Running>()) {
    grpc::EnableDefaultHealthCheckService(spec.health_service);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials(spec.identity), &port_);
    builder.RegisterCallbackGenericService(&running_->no_methods);
    running_->server = builder.BuildAndStart();
    if (!running_->server) throw std::runtime_error("the gRPC server does not start");
}

HealthServer::~HealthServer() {
    running_->server->Shutdown(std::chrono::system_clock::now());
}

void HealthServer::set_serving(const std::string& service, bool serving) const {
    running_->server->GetHealthCheckService()->SetServingStatus(service, serving);
}

}  // namespace plumb::test
