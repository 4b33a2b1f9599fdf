#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace plumb::net {
namespace {

constexpr std::array<const char*, 5> kKnownStores{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Amazon Linux, Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Red Hat's source of the one above
    "/etc/ssl/cert.pem",                                  // Alpine without the package, BSD
    "/etc/ssl/ca-bundle.pem",                             // SUSE
};

struct StoreFree {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};

// Verification never stops the handshake: its complaints are collected, and start_tls() judges them at the
// end. So a certificate that is refused still shows what it is.
int note_verification(int ok, X509_STORE_CTX* context) {
    if (ok == 1) return 1;
    const auto* ssl =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* wire = ssl == nullptr ? nullptr : wire_of(ssl);
    if (wire != nullptr && wire->verify_errors.size() < 8) {
        wire->verify_errors.push_back(X509_STORE_CTX_get_error(context));
    }
    return 1;
}

int note_certificate_request(SSL* ssl, void*) {
    if (auto* wire = wire_of(ssl)) wire->certificate_requested = true;
    return 1;
}

// OpenSSL's own question for the password of a key would stop the loop at the terminal.
int no_password(char*, int, int, void* asked) {
    if (asked != nullptr) *static_cast<bool*>(asked) = true;
    return -1;
}

std::string openssl_words() {
    const auto error = ERR_get_error();
    ERR_clear_error();
    const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
    return reason == nullptr ? "unknown error" : reason;
}

// Stores by path, shared while any target uses them.
class StoreCache {
  public:
    // Null with errno or OpenSSL's reason in `why`.
    std::shared_ptr<X509_STORE> get(const std::string& path, std::string& why) {
        const std::lock_guard lock(mutex_);
        auto& known = stores_[path];
        if (auto store = known.lock()) return store;
        if (access(path.c_str(), R_OK) != 0) {
            why = std::strerror(errno);
            stores_.erase(path);
            return nullptr;
        }
        std::shared_ptr<X509_STORE> store(X509_STORE_new(), StoreFree{});
        ERR_clear_error();
        if (!store || X509_STORE_load_file(store.get(), path.c_str()) != 1) {
            why = "holds no readable certificate (" + openssl_words() + ")";
            stores_.erase(path);
            return nullptr;
        }
        known = store;
        return store;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<X509_STORE>> stores_;
};

StoreCache& store_cache() {
    static StoreCache cache;
    return cache;
}

}  // namespace

std::string default_trust_store() {
    const char* chosen = std::getenv("SSL_CERT_FILE");
    if (chosen != nullptr && *chosen != '\0') return chosen;
    for (const char* path : kKnownStores) {
        if (access(path, R_OK) == 0) return path;
    }
    return {};
}

void TlsSettings::Free::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

TlsSettings::TlsSettings(TlsOptions options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_client_method())) {
    auto* context = context_.get();
    if (context == nullptr) throw std::bad_alloc();
    wire_index();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_verification);
    SSL_CTX_set_cert_cb(context, note_certificate_request, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);
    if (options_.minimum_version != 0) SSL_CTX_set_min_proto_version(context, options_.minimum_version);
    load_trust();
    load_certificate();
    set_alpn();
}
TlsSettings::~TlsSettings() = default;
TlsSettings::TlsSettings(TlsSettings&&) noexcept = default;
TlsSettings& TlsSettings::operator=(TlsSettings&&) noexcept = default;

void TlsSettings::load_trust() {
    trust_store_ = options_.ca_file.empty() ? default_trust_store() : options_.ca_file;
    std::string why = "no file of trusted certificates is in any known place";
    std::shared_ptr<X509_STORE> store;
    if (!trust_store_.empty()) store = store_cache().get(trust_store_, why);
    if (store) {
        SSL_CTX_set1_cert_store(context_.get(), store.get());
        trust_ = std::move(store);
    } else if (options_.verify) {
        failure_ = Failed(Cause::local_trust_store, (trust_store_.empty() ? "" : trust_store_ + ": ") + why);
    }
}

void TlsSettings::load_certificate() {
    if (options_.certificate_file.empty()) return;
    const auto& key = options_.key_file.empty() ? options_.certificate_file : options_.key_file;
    ERR_clear_error();
    bool asked = false;
    SSL_CTX_set_default_passwd_cb(context_.get(), no_password);
    SSL_CTX_set_default_passwd_cb_userdata(context_.get(), &asked);
    std::string problem;
    if (SSL_CTX_use_certificate_chain_file(context_.get(), options_.certificate_file.c_str()) != 1) {
        problem = "client certificate " + options_.certificate_file;
    } else if (SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        problem = "client key " + key;
    }
    SSL_CTX_set_default_passwd_cb_userdata(context_.get(), nullptr);
    if (problem.empty()) return;
    const auto words = asked ? "has a password; give a key without one" : openssl_words();
    if (!failure_) failure_ = Failed(Cause::local_error, problem + ": " + words);
}

void TlsSettings::set_alpn() {
    std::vector<unsigned char> wire;
    for (const auto& name : options_.alpn) {
        wire.push_back(static_cast<unsigned char>(name.size()));
        wire.insert(wire.end(), name.begin(), name.end());
    }
    if (!wire.empty())
        SSL_CTX_set_alpn_protos(context_.get(), wire.data(), static_cast<unsigned>(wire.size()));
}

}  // namespace plumb::net
