#include "probes/net/trust_store.hpp"

#include "base/file.hpp"

#include <array>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

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

bool holds_something(const std::string& path) {
    struct stat file {};
    return stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0 &&
           access(path.c_str(), R_OK) == 0;
}

// Stores by path, shared while any target uses them.
class StoreCache {
  public:
    // Null with the reason in `why`.
    std::shared_ptr<X509_STORE> get(const std::string& path, std::string& why) {
        const std::lock_guard lock(mutex_);
        auto& known = stores_[path];
        if (auto store = known.lock()) return store;
        // OpenSSL would wait at a pipe until somebody writes to it.
        why = why_no_regular_file(path);
        if (!why.empty()) {
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

}  // namespace

std::string openssl_words() {
    const auto error = ERR_get_error();
    ERR_clear_error();
    const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
    return reason == nullptr ? "unknown error" : reason;
}

std::string default_trust_store(const std::string& root) {
    const char* chosen = std::getenv("SSL_CERT_FILE");
    if (chosen != nullptr && *chosen != '\0') return chosen;
    for (const char* place : kKnownStores) {
        auto path = root + place;
        if (holds_something(path)) return path;
    }
    return {};
}

std::shared_ptr<X509_STORE> shared_trust_store(const std::string& path, std::string& why) {
    static StoreCache cache;
    return cache.get(path, why);
}

}  // namespace plumb::net
