// The PEM files of either end of gRPC, checked before gRPC sees them, since gRPC says only that something is
// wrong.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace plumb::controller {

struct TlsFiles {
    std::string cert;  // all may be empty
    std::string key;
    std::string authority;
    std::string_view authority_flag;  // as the user knows it
};

// The error names the flag, the file and OpenSSL's reason.
Result<void> check_tls_files(const TlsFiles& files);

}  // namespace plumb::controller
