#include "controller/access/bearer.hpp"

#include <string_view>

#include <grpcpp/server_context.h>

namespace plumb::access {

grpc::Status admit(const Tokens* tokens, const grpc::ServerContextBase& context, Role role,
                   std::optional<Grant>& grant) {
    if (tokens == nullptr) return grpc::Status::OK;
    const auto& metadata = context.client_metadata();
    const auto found = metadata.find("authorization");
    if (found == metadata.end()) {
        return {grpc::StatusCode::UNAUTHENTICATED, "a token is needed (metadata 'authorization: Bearer …')"};
    }
    const std::string_view value(found->second.data(), found->second.size());
    constexpr std::string_view kBearer = "Bearer ";
    auto known = value.starts_with(kBearer) ? tokens->find(value.substr(kBearer.size())) : std::nullopt;
    if (!known) return {grpc::StatusCode::UNAUTHENTICATED, "the token is not one that this controller knows"};
    if (known->role != role) {
        return {grpc::StatusCode::PERMISSION_DENIED,
                role == Role::agent ? "this token may read but not report; use an agent's"
                                    : "this token may report but not read; use a reader's"};
    }
    grant = std::move(known);
    return grpc::Status::OK;
}

}  // namespace plumb::access
