// A cursor over the bytes of a DNS message, which anybody may have sent. After a read past the end it is
// `bad` and every further read gives zeros. Names are followed through at most 32 pointers, each strictly
// backwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace plumb::dns {

using Bytes = std::span<const unsigned char>;

class Reader {
  public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {}

    bool bad() const { return bad_; }
    std::size_t position() const { return at_; }
    std::size_t left() const { return bytes_.size() - at_; }
    unsigned u8() { return take(1) ? bytes_[at_ - 1] : 0U; }
    unsigned u16() {
        const unsigned high = u8();
        return high << 8 | u8();
    }
    std::uint32_t u32() {
        const std::uint32_t high = u16();
        return high << 16 | u16();
    }
    Bytes raw(std::size_t count) { return take(count) ? bytes_.subspan(at_ - count, count) : Bytes{}; }
    void skip(std::size_t count) { take(count); }
    void jump(std::size_t to) { at_ = to; }  // REQUIRES: not past the end
    // Lower case, without the last dot; a dot inside a label is "\." (RFC 1035, 5.1); escaped where it is no
    // plain text.
    std::string name();
    std::string fail() {
        bad_ = true;
        return {};
    }

  private:
    bool take(std::size_t count) {
        if (bad_ || count > bytes_.size() - at_) bad_ = true;
        if (!bad_) at_ += count;
        return !bad_;
    }

    Bytes bytes_;
    std::size_t at_ = 0;
    bool bad_ = false;
};

}  // namespace plumb::dns
