#include "probes/dns/message.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <array>

namespace plumb::dns {
namespace {

constexpr std::size_t kMaxRecords = 64;
constexpr std::size_t kMaxValue = 256;
constexpr int kMaxPointers = 32;
constexpr std::size_t kMaxNameBytes = 255;

constexpr int kTypeNs = 2;
constexpr int kTypeSoa = 6;
constexpr int kTypeMx = 15;
constexpr int kTypeTxt = 16;
constexpr int kTypeSrv = 33;
constexpr int kTypeCaa = 257;

struct TypeName {
    std::string_view name;
    int type;
};
constexpr std::array<TypeName, 10> kTypes{{{"A", kTypeA},
                                           {"AAAA", kTypeAaaa},
                                           {"CNAME", kTypeCname},
                                           {"MX", kTypeMx},
                                           {"NS", kTypeNs},
                                           {"SRV", kTypeSrv},
                                           {"TXT", kTypeTxt},
                                           {"SOA", kTypeSoa},
                                           {"PTR", kTypePtr},
                                           {"CAA", kTypeCaa}}};

using Bytes = std::span<const unsigned char>;

// A cursor over the message. After a read past the end it is `bad` and every further read gives zeros.
class Reader {
  public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {}

    bool bad() const { return bad_; }
    std::size_t position() const { return at_; }
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
    void jump(std::size_t to) { at_ = to; }
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
        for (const unsigned char byte : label)
            out += static_cast<char>(byte);
    }
    if (resume != 0) at_ = resume;
    return sanitize(to_lower(out), kMaxNameBytes * 4);
}

std::string number(std::uint32_t value) {
    return std::to_string(value);
}

std::string address_text(int family, Bytes bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, bytes.data(), text.data(), text.size());
    return text.data();
}

std::string text_strings(Reader& reader, std::size_t end) {
    std::string out;
    while (!reader.bad() && reader.position() < end && out.size() < 4 * kMaxValue) {
        const auto part = reader.raw(reader.u8());
        if (!out.empty()) out += ' ';
        out += '"';
        for (const unsigned char byte : part)
            out += static_cast<char>(byte);
        out += '"';
    }
    return out;
}

std::string soa_text(Reader& reader) {
    const auto primary = reader.name();
    const auto mailbox = reader.name();
    return primary + ' ' + mailbox + ' ' + number(reader.u32());
}

std::string srv_text(Reader& reader) {
    const auto priority = reader.u16();
    const auto weight = reader.u16();
    const auto port = reader.u16();
    return number(priority) + ' ' + number(weight) + ' ' + number(port) + ' ' + reader.name();
}

std::string caa_text(Reader& reader, std::size_t end) {
    const auto flags = reader.u8();
    const auto tag = reader.raw(reader.u8());
    std::string out = number(flags) + ' ' + std::string(tag.begin(), tag.end()) + " \"";
    if (reader.position() < end) {
        const auto value = reader.raw(end - reader.position());
        out.append(value.begin(), value.end());
    }
    return out + '"';
}

std::string value_of(Reader& reader, int type, std::size_t size) {
    const auto end = reader.position() + size;
    switch (type) {
        case kTypeA:
            return size == 4 ? address_text(AF_INET, reader.raw(4)) : reader.fail();
        case kTypeAaaa:
            return size == 16 ? address_text(AF_INET6, reader.raw(16)) : reader.fail();
        case kTypeCname:
        case kTypeNs:
        case kTypePtr:
            return reader.name();
        case kTypeMx: {
            const auto preference = reader.u16();
            return number(preference) + ' ' + reader.name();
        }
        case kTypeSrv:
            return srv_text(reader);
        case kTypeTxt:
            return text_strings(reader, end);
        case kTypeSoa:
            return soa_text(reader);
        case kTypeCaa:
            return caa_text(reader, end);
        default:
            break;
    }
    return "\\# " + number(static_cast<std::uint32_t>(size));
}

// False: the record does not fit into the message.
bool read_record(Reader& reader, Bytes bytes, Message& message) {
    Record record;
    record.name = reader.name();
    record.type = static_cast<int>(reader.u16());
    const auto record_class = reader.u16();
    record.ttl = reader.u32();
    const std::size_t size = reader.u16();
    if (reader.bad() || size > bytes.size() - reader.position()) return false;
    const auto end = reader.position() + size;
    const auto value = value_of(reader, record.type, size);
    if (reader.bad() || reader.position() > end) return false;
    reader.jump(end);
    if (record_class != 1) return true;
    record.value = sanitize(value, kMaxValue);
    message.answers.push_back(std::move(record));
    return true;
}

}  // namespace

Result<Message> parse_message(std::span<const unsigned char> bytes) {
    Reader reader(bytes);
    reader.skip(2);
    const unsigned flags = reader.u16();
    const unsigned questions = reader.u16();
    const unsigned answers = reader.u16();
    reader.skip(4);
    if (reader.bad()) return Error{"shorter than a DNS header"};
    Message message;
    message.is_response = (flags & 0x8000U) != 0;
    message.authoritative = (flags & 0x0400U) != 0;
    message.truncated = (flags & 0x0200U) != 0;
    message.response_code = static_cast<int>(flags & 15U);
    for (unsigned i = 0; i < questions; ++i) {
        reader.name();
        reader.skip(4);
        if (reader.bad()) return Error{"a question does not fit into the DNS message"};
    }
    for (unsigned i = 0; i < answers && message.answers.size() < kMaxRecords; ++i) {
        if (!read_record(reader, bytes, message)) return Error{"a record does not fit into the DNS message"};
    }
    return message;
}

std::optional<int> parse_type(std::string_view name) {
    for (const auto& type : kTypes) {
        if (equals_ignore_case(type.name, name)) return type.type;
    }
    return std::nullopt;
}

std::string type_list() {
    std::string out;
    for (const auto& type : kTypes)
        out += (out.empty() ? "" : ", ") + std::string(type.name);
    return out;
}

std::string response_code_text(int code) {
    static constexpr std::array<const char*, 6> kNames{"NOERROR",  "FORMERR", "SERVFAIL",
                                                       "NXDOMAIN", "NOTIMP",  "REFUSED"};
    if (code >= 0 && static_cast<std::size_t>(code) < kNames.size())
        return kNames[static_cast<std::size_t>(code)];
    return "RCODE " + std::to_string(code);
}

}  // namespace plumb::dns
