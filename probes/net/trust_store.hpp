// Files of trusted certificates: where the distributions keep theirs, and one copy in memory of each that is
// used. A bundle takes a megabyte and milliseconds to read.
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

namespace plumb::net {

// Which file is trusted when a target names none: SSL_CERT_FILE, else the first of the known places that
// holds anything; "" when none does. `root` stands before those places.
std::string default_trust_store(const std::string& root = {});

// Shared by all who use this path at the time. Null, with errno's or OpenSSL's words in `why`.
std::shared_ptr<X509_STORE> shared_trust_store(const std::string& path, std::string& why);

// What OpenSSL complains of first; takes its complaints away.
std::string openssl_words();

}  // namespace plumb::net
