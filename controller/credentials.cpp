#include "controller/credentials.hpp"

#include "base/file.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace plumb::controller {
namespace {

std::string openssl_words() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "it cannot be read" : reason;
}

Result<void> check_files(const ServeOptions& options) {
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()),
                                                               SSL_CTX_free);
    if (context == nullptr) return Error{"TLS: " + openssl_words()};
    if (SSL_CTX_use_certificate_chain_file(context.get(), options.tls_cert.c_str()) != 1) {
        return Error{fmt::format("--tls-cert {}: {}", options.tls_cert, openssl_words())};
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), options.tls_key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return Error{fmt::format("--tls-key {}: {}", options.tls_key, openssl_words())};
    }
    if (SSL_CTX_check_private_key(context.get()) != 1) {
        return Error{fmt::format("--tls-key {}: not the key of {}", options.tls_key, options.tls_cert)};
    }
    if (!options.client_ca.empty() &&
        SSL_CTX_load_verify_file(context.get(), options.client_ca.c_str()) != 1) {
        return Error{fmt::format("--client-ca {}: {}", options.client_ca, openssl_words())};
    }
    return {};
}

}  // namespace

Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const ServeOptions& options) {
    if (options.tls_cert.empty() != options.tls_key.empty())
        return Error{"--tls-cert and --tls-key go together"};
    if (options.tls_cert.empty()) {
        if (!options.client_ca.empty()) return Error{"--client-ca needs --tls-cert and --tls-key"};
        return grpc::InsecureServerCredentials();
    }
    if (auto ok = check_files(options); !ok) return ok.error();
    const auto cert = read_file(options.tls_cert);
    const auto key = read_file(options.tls_key);
    if (!cert) return cert.error();
    if (!key) return key.error();
    const bool mutual = !options.client_ca.empty();
    grpc::SslServerCredentialsOptions tls(mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                 : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    tls.pem_key_cert_pairs.push_back({*key, *cert});
    if (mutual) {
        const auto authority = read_file(options.client_ca);
        if (!authority) return authority.error();
        tls.pem_root_certs = *authority;
    }
    return grpc::SslServerCredentials(tls);
}

}  // namespace plumb::controller
