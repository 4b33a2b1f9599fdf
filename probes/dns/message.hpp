// A DNS answer read from bytes that anybody may have sent: RFC 1035, sections 3 and 4. No I/O.
//
// Bounded whatever the bytes are: a name is followed through at most 32 pointers, each pointing strictly
// backwards, and is at most 255 bytes; at most 256 records are kept. What does not fit is an Error, never a
// crash or a loop.
#pragma once

#include "base/result.hpp"
#include "probes/dns/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::dns {

inline constexpr std::size_t kMaxRecords = 256;
inline constexpr std::size_t kMaxValue = 8192;  // bytes of one record's data, as text

struct Record {
    std::string name;  // lower case, without the last dot; escaped where it is no plain text
    int type = 0;
    std::uint32_t ttl = 0;
    // As a zone file shows it: "10.0.0.1", "10 mail.example.com", "\"v=spf1 -all\""; for a type that is not
    // read here "\# 4 0a000001" (RFC 3597). Escaped, and whole up to kMaxValue: it is held against what is
    // expected.
    std::string value;
};

struct Message {
    int response_code = 0;
    bool is_response = false;
    bool truncated = false;
    bool authoritative = false;   // AA
    bool authentic = false;       // AD: the server has checked the signatures (RFC 4035, 3.2.3)
    std::string question;         // its name, as a record's; "" for the root and where there is none
    std::vector<Record> answers;  // the answer section
};

Result<Message> parse_message(Bytes bytes);

// What of the answer section answers the question: from its name along the aliases to the records of the
// type. Records of any other name are nobody's business (RFC 1034, 4.3.2).
struct Followed {
    std::vector<std::string> aliases;  // the names after the question's, in order
    std::vector<Record> records;
    std::optional<std::uint32_t> ttl;  // the smallest on the way
    bool loop = false;                 // the aliases lead back to themselves
};
Followed follow(const Message& message, int type);

// "A", "AAAA", "CNAME", "MX", "NS", "SRV", "TXT", "SOA", "PTR", "CAA", "HTTPS", "SVCB", or "TYPE123" (RFC
// 3597), in any case.
std::optional<int> parse_type(std::string_view name);
std::string type_text(int type);
std::string type_list();  // for an error message

std::string response_code_text(int code);                       // "NOERROR", "NXDOMAIN", …, "RCODE 12"
std::optional<int> parse_response_code(std::string_view name);  // the named ones, in any case
std::string response_code_list();                               // for an error message

}  // namespace plumb::dns
