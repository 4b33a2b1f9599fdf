#include "probes/dns/message.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace plumb::dns {
namespace {

struct TypeName {
    std::string_view name;
    int type;
};
constexpr std::array<TypeName, 12> kTypes{{{"A", kTypeA},
                                           {"AAAA", kTypeAaaa},
                                           {"CNAME", kTypeCname},
                                           {"MX", kTypeMx},
                                           {"NS", kTypeNs},
                                           {"SRV", kTypeSrv},
                                           {"TXT", kTypeTxt},
                                           {"SOA", kTypeSoa},
                                           {"PTR", kTypePtr},
                                           {"CAA", kTypeCaa},
                                           {"HTTPS", kTypeHttps},
                                           {"SVCB", kTypeSvcb}}};

// RFC 1035, 4.1.1, and RFC 2136, 2.2.
constexpr std::array<std::string_view, 11> kCodes{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                  "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                  "NXRRSET", "NOTAUTH", "NOTZONE"};

// False: the record does not fit into the message.
bool read_record(Reader& reader, Message& message) {
    Record record;
    record.name = reader.name();
    record.type = static_cast<int>(reader.u16());
    const auto record_class = reader.u16();
    record.ttl = reader.u32();
    const std::size_t size = reader.u16();
    if (reader.bad() || size > reader.left()) return false;
    const auto end = reader.position() + size;
    const auto value = value_of(reader, record.type, size);
    if (reader.bad() || reader.position() > end) return false;
    reader.jump(end);
    if (record_class != 1) return true;
    record.value = sanitize(value, kMaxValue);
    message.answers.push_back(std::move(record));
    return true;
}

// A type of data, no transfer of a zone and no part of the protocol (RFC 6895, 3.1).
bool is_data(unsigned type) {
    constexpr unsigned kOpt = 41;
    return type != 0 && type != kOpt && (type < 128 || type > 255);
}

const Record* alias_of(const Message& message, std::string_view name) {
    const auto found =
        std::find_if(message.answers.begin(), message.answers.end(),
                     [name](const Record& each) { return each.type == kTypeCname && each.name == name; });
    return found == message.answers.end() ? nullptr : &*found;
}

}  // namespace

Result<Message> parse_message(Bytes bytes) {
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
    message.authentic = (flags & 0x0020U) != 0;
    message.response_code = static_cast<int>(flags & 15U);
    for (unsigned i = 0; i < questions; ++i) {
        auto name = reader.name();
        reader.skip(4);
        if (reader.bad()) return Error{"a question does not fit into the DNS message"};
        if (i == 0) message.question = std::move(name);
    }
    for (unsigned i = 0; i < answers && message.answers.size() < kMaxRecords; ++i) {
        if (!read_record(reader, message)) return Error{"a record does not fit into the DNS message"};
    }
    return message;
}

Followed follow(const Message& message, int type) {
    Followed followed;
    std::string name = message.question;
    for (;;) {
        for (const auto& record : message.answers) {
            if (record.type == type && record.name == name) followed.records.push_back(record);
        }
        const auto* alias = alias_of(message, name);
        if (!followed.records.empty() || alias == nullptr) break;
        followed.ttl = std::min(followed.ttl.value_or(alias->ttl), alias->ttl);
        name = alias->value;
        followed.aliases.push_back(name);
        followed.loop = followed.aliases.size() > message.answers.size();
        if (followed.loop) break;
    }
    for (const auto& record : followed.records)
        followed.ttl = std::min(followed.ttl.value_or(record.ttl), record.ttl);
    return followed;
}

std::optional<int> parse_type(std::string_view name) {
    for (const auto& type : kTypes) {
        if (equals_ignore_case(type.name, name)) return type.type;
    }
    constexpr std::string_view kAny = "TYPE";
    if (!equals_ignore_case(name.substr(0, kAny.size()), kAny)) return std::nullopt;
    const auto digits = name.substr(kAny.size());
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || !is_data(number)) return std::nullopt;
    return number;
}

std::string type_text(int type) {
    for (const auto& each : kTypes) {
        if (each.type == type) return std::string(each.name);
    }
    return "TYPE" + std::to_string(type);
}

std::string type_list() {
    std::string out;
    for (const auto& type : kTypes)
        out += std::string(type.name) + ", ";
    return out + "or TYPE and a number";
}

std::string response_code_text(int code) {
    if (code >= 0 && static_cast<std::size_t>(code) < kCodes.size())
        return std::string(kCodes[static_cast<std::size_t>(code)]);
    return "RCODE " + std::to_string(code);
}

std::optional<int> parse_response_code(std::string_view name) {
    const auto found = std::find_if(kCodes.begin(), kCodes.end(),
                                    [name](std::string_view each) { return equals_ignore_case(each, name); });
    if (found == kCodes.end()) return std::nullopt;
    return static_cast<int>(found - kCodes.begin());
}

std::string response_code_list() {
    std::string out;
    for (const auto code : kCodes)
        out += (out.empty() ? "" : ", ") + std::string(code);
    return out;
}

}  // namespace plumb::dns
