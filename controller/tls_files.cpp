#include "controller/tls_files.hpp"

#include "base/freed.hpp"

#include <memory>

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

Result<void> check_own(SSL_CTX* context, const TlsFiles& files) {
    if (files.cert.empty() != files.key.empty()) return Error{"--tls-cert and --tls-key go together"};
    if (files.cert.empty()) return {};
    if (SSL_CTX_use_certificate_chain_file(context, files.cert.c_str()) != 1) {
        return Error{fmt::format("--tls-cert {}: {}", files.cert, openssl_words())};
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return Error{fmt::format("--tls-key {}: {}", files.key, openssl_words())};
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        return Error{fmt::format("--tls-key {}: not the key of {}", files.key, files.cert)};
    }
    return {};
}

}  // namespace

Result<void> check_tls_files(const TlsFiles& files) {
    const std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context(SSL_CTX_new(TLS_method()));
    if (context == nullptr) return Error{"TLS: " + openssl_words()};
    if (auto ok = check_own(context.get(), files); !ok) return ok;
    if (!files.authority.empty() && SSL_CTX_load_verify_file(context.get(), files.authority.c_str()) != 1) {
        return Error{fmt::format("{} {}: {}", files.authority_flag, files.authority, openssl_words())};
    }
    return {};
}

}  // namespace plumb::controller
