#include "controller/credentials.hpp"

#include "base/file.hpp"
#include "controller/tls_files.hpp"

namespace plumb::controller {

Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const ServeOptions& options) {
    if (options.tls_cert.empty() && options.tls_key.empty()) {
        if (!options.client_ca.empty()) return Error{"--client-ca needs --tls-cert and --tls-key"};
        return grpc::InsecureServerCredentials();
    }
    const TlsFiles files{options.tls_cert, options.tls_key, options.client_ca, "--client-ca"};
    if (auto ok = check_tls_files(files); !ok) return ok.error();
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
