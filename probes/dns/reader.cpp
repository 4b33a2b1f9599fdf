#include "probes/dns/reader.hpp"

#include "base/text.hpp"

namespace plumb::dns {
namespace {

constexpr int kMaxPointers = 32;
constexpr std::size_t kMaxNameBytes = 255;

}  // namespace

// Each pointer must lead to before where its own part of the name began (RFC 1035, 4.1.4: "a prior
// occurrence"), so following them comes to an end.
std::string Reader::name() {
    std::string out;
    std::size_t resume = 0;
    std::size_t part_start = at_;
    std::size_t length = 0;
    for (int pointers = 0;;) {
        const unsigned size = u8();
        if (bad_) return {};
        if (size == 0) break;
        if ((size & 0xc0U) == 0xc0U) {
            const std::size_t target = (size & 0x3fU) << 8 | u8();
            if (bad_ || target >= part_start || ++pointers > kMaxPointers) return fail();
            if (resume == 0) resume = at_;
            at_ = part_start = target;
            continue;
        }
        length += size + 1;
        if (size > 63 || length > kMaxNameBytes) return fail();
        const auto label = raw(size);
        if (bad_) return {};
        if (!out.empty()) out += '.';
        for (const unsigned char byte : label) {
            if (byte == '.' || byte == '\\') out += '\\';
            out += static_cast<char>(byte);
        }
    }
    if (resume != 0) at_ = resume;
    return sanitize(to_lower(out), kMaxNameBytes * 4);
}

}  // namespace plumb::dns
