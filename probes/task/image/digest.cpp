#include "probes/task/image/digest.hpp"

#include "base/freed.hpp"
#include "base/text.hpp"
#include "model/fact.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <openssl/evp.h>

namespace plumb::task::image {
namespace {

constexpr std::size_t kShort = 4;  // bytes

class Sha256 {
  public:
    Sha256() : context_(EVP_MD_CTX_new()) {
        good_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
    }
    void add(std::string_view bytes) {
        good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
    }
    std::string finish() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
        unsigned size = 0;
        if (!good_ || EVP_DigestFinal_ex(context_.get(), out.data(), &size) != 1) return {};
        return {out.begin(), out.begin() + size};
    }

  private:
    std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context_;
    bool good_ = false;
};

}  // namespace

std::string sha256(std::string_view bytes) {
    Sha256 digest;
    digest.add(bytes);
    return digest.finish();
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(kDigits[byte >> 4U]);
        out.push_back(kDigits[byte & 0xFU]);
    }
    return out;
}

std::string short_digest(std::string_view bytes) {
    return hex(sha256(bytes).substr(0, kShort));
}

std::string short_digest(const ByteSource& source, std::uint64_t most) {
    Sha256 digest;
    digest.add(std::to_string(source.size()));
    std::vector<char> piece(std::size_t{256} << 10U);
    const auto end = std::min(source.size(), most);
    for (std::uint64_t at = 0; at < end;) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - at));
        const auto part = std::span(piece).first(count);
        if (!source.read_at(at, part)) return {};
        digest.add({part.data(), part.size()});
        at += count;
    }
    return hex(digest.finish().substr(0, kShort));
}

std::string fitted(std::string_view text) {
    auto whole = sanitize(text, text.size() * 4 + 1);
    constexpr std::size_t kRoom = 16;  // for the mark of the cut and the digest
    if (whole.size() <= kMaxFactValue) return whole;
    return sanitize(whole, kMaxFactValue - kRoom) + " " + short_digest(text);
}

}  // namespace plumb::task::image
