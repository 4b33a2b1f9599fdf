#include "probes/dns/values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <string_view>

namespace plumb::dns {
namespace {

// Bytes of text: as much as an expected value in a URL can be. Whoever shows a value cuts it shorter.
constexpr std::size_t kEnough = 8192;
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string number(std::uint32_t value) {
    return std::to_string(value);
}

// The name that stands for the root, or for "here" in an HTTPS record, is a dot.
std::string target_name(Reader& reader) {
    const auto name = reader.name();
    return name.empty() ? "." : name;
}

std::string address_text(int family, Bytes bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, bytes.data(), text.data(), text.size());
    return text.data();
}

// A character string (RFC 1035, 5.1): \DDD for what cannot be shown, a backslash before what would end it.
std::string escaped(Bytes bytes, std::string_view special = "\"\\") {
    std::string out;
    for (const unsigned char byte : bytes) {
        if (out.size() > kEnough) break;
        const auto shown = static_cast<char>(byte);
        if (byte < 0x20 || byte > 0x7e) {
            const auto digits = number(byte);
            out += '\\' + std::string(3 - digits.size(), '0') + digits;
            continue;
        }
        if (special.find(shown) != std::string_view::npos) out += '\\';
        out += shown;
    }
    return out;
}

// \# LENGTH HEX (RFC 3597, 5).
std::string unknown_text(Bytes bytes) {
    std::string out = "\\# " + number(static_cast<std::uint32_t>(bytes.size()));
    if (!bytes.empty()) out += ' ';
    for (const unsigned char byte : bytes) {
        if (out.size() > kEnough) break;
        out += kHexDigits[byte >> 4U];
        out += kHexDigits[byte & 15U];
    }
    return out;
}

std::string text_strings(Reader& reader, std::size_t end) {
    std::string out;
    while (!reader.bad() && reader.position() < end && out.size() < kEnough) {
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
    auto out = primary + ' ' + reader.name();
    for (int field = 0; field < 5; ++field)
        out += ' ' + number(reader.u32());
    return out;
}

std::string mx_text(Reader& reader) {
    const auto preference = reader.u16();
    return number(preference) + ' ' + target_name(reader);
}

std::string srv_text(Reader& reader) {
    const auto priority = reader.u16();
    const auto weight = reader.u16();
    const auto port = reader.u16();
    return number(priority) + ' ' + number(weight) + ' ' + number(port) + ' ' + target_name(reader);
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

// Keys of service parameters (RFC 9460, 14.3.2).
constexpr unsigned kMandatory = 0;
constexpr unsigned kAlpn = 1;
constexpr unsigned kPort = 3;
constexpr unsigned kIpv4Hint = 4;
constexpr unsigned kIpv6Hint = 6;
constexpr std::array<std::string_view, 7> kKeyNames{"mandatory", "alpn", "no-default-alpn", "port",
                                                    "ipv4hint",  "ech",  "ipv6hint"};

// `ech` has base64 as its own form; as key5 the same bytes are as good (RFC 9460, 2.1).
std::string key_name(unsigned key) {
    constexpr unsigned kEch = 5;
    if (key < kKeyNames.size() && key != kEch) return std::string(kKeyNames[key]);
    return "key" + number(key);
}

std::string comma(std::string list, const std::string& next) {
    return list.empty() ? next : std::move(list) + ',' + next;
}

// "" with a bad reader: the value does not fit its key.
std::string parameter_value(unsigned key, Bytes bytes, Reader& whole) {
    Reader value(bytes);
    std::string out;
    const std::size_t unit = key == kIpv4Hint ? 4 : key == kIpv6Hint ? 16 : 2;
    switch (key) {
        case kMandatory:
            while (value.left() > 0 && !value.bad() && out.size() < kEnough)
                out = comma(std::move(out), key_name(value.u16()));
            break;
        case kAlpn:
            while (value.left() > 0 && !value.bad() && out.size() < kEnough)
                out = comma(std::move(out), escaped(value.raw(value.u8()), "\"\\, "));
            break;
        case kPort:
            out = number(value.u16());
            if (value.left() > 0) value.fail();
            break;
        case kIpv4Hint:
        case kIpv6Hint:
            if (bytes.size() % unit != 0) return whole.fail();
            while (value.left() > 0 && out.size() < kEnough)
                out = comma(std::move(out), address_text(unit == 4 ? AF_INET : AF_INET6, value.raw(unit)));
            break;
        default:
            return bytes.empty() ? std::string() : '"' + escaped(bytes) + '"';
    }
    return value.bad() ? whole.fail() : out;
}

// "1 . alpn=h2,h3 port=8443"; priority 0 is an alias and has no parameters.
std::string service_text(Reader& reader, std::size_t end) {
    const auto priority = reader.u16();
    std::string out = number(priority) + ' ' + target_name(reader);
    while (!reader.bad() && reader.position() < end && out.size() < kEnough) {
        const auto key = reader.u16();
        const std::size_t size = reader.u16();
        if (reader.bad() || size > end - std::min(end, reader.position())) return reader.fail();
        const auto value = parameter_value(key, reader.raw(size), reader);
        out += ' ' + key_name(key);
        if (!value.empty()) out += '=' + value;
    }
    return out;
}

}  // namespace

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
        case kTypeMx:
            return mx_text(reader);
        case kTypeSrv:
            return srv_text(reader);
        case kTypeTxt:
            return text_strings(reader, end);
        case kTypeSoa:
            return soa_text(reader);
        case kTypeCaa:
            return caa_text(reader, end);
        case kTypeSvcb:
        case kTypeHttps:
            return service_text(reader, end);
        default:
            return unknown_text(reader.raw(size));
    }
}

}  // namespace plumb::dns
