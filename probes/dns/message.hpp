// A DNS answer read from bytes that anybody may have sent: RFC 1035, sections 3 and 4. No I/O.
//
// Bounded whatever the bytes are: a name is followed through at most 32 pointers, each pointing strictly
// backwards, and is at most 255 bytes; at most 64 records are kept. What does not fit is an Error, never a
// crash or a loop.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::dns {

struct Record {
    std::string name;  // lower case, without the last dot; escaped where it is no plain text
    int type = 0;
    std::uint32_t ttl = 0;
    // As a zone file shows it: "10.0.0.1", "10 mail.example.com", "\"v=spf1 -all\""; for a type that is not
    // read here "\# 4" and the bytes' number (RFC 3597). Bounded and escaped.
    std::string value;
};

struct Message {
    int response_code = 0;
    bool is_response = false;
    bool truncated = false;
    bool authoritative = false;
    std::vector<Record> answers;  // the answer section
};

Result<Message> parse_message(std::span<const unsigned char> bytes);

inline constexpr int kTypeA = 1;
inline constexpr int kTypeCname = 5;
inline constexpr int kTypePtr = 12;
inline constexpr int kTypeAaaa = 28;

// "A", "AAAA", "CNAME", "MX", "NS", "SRV", "TXT", "SOA", "PTR", "CAA", in any case.
std::optional<int> parse_type(std::string_view name);
std::string type_list();                   // for an error message
std::string response_code_text(int code);  // "NOERROR", "NXDOMAIN", …, "RCODE 11"

}  // namespace plumb::dns
