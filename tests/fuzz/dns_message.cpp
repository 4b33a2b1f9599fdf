// probes/dns/message: a DNS answer from anybody.
#include "probes/dns/message.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <arpa/inet.h>
#include <array>

namespace {

using namespace plumb;
using fuzz::require;

bool is_address(int family, const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = dns::parse_message({data, size});
    if (!message) {
        fuzz::require_readable(message.error().message, kMaxDetail, "an error is bounded and readable");
        return 0;
    }
    require(size >= 12, "a message has a header");
    require(message->answers.size() <= dns::kMaxRecords, "so many records are kept, and no more");
    dns::response_code_text(message->response_code);
    fuzz::require_readable(message->question, std::size_t{4} * 255, "a name is bounded and readable");
    for (const int type : {dns::kTypeA, dns::kTypeCname, dns::kTypeHttps}) {
        const auto way = dns::follow(*message, type);
        require(way.aliases.size() <= message->answers.size() + 1, "aliases come to an end");
        require(way.records.size() <= message->answers.size(), "nothing is made up");
    }
    for (const auto& record : message->answers) {
        fuzz::require_readable(record.name, std::size_t{4} * 255, "a name is bounded and readable");
        fuzz::require_readable(record.value, dns::kMaxValue, "a value is bounded and readable");
        if (record.type == dns::kTypeA)
            require(is_address(AF_INET, record.value), "an A record is an address");
        if (record.type == dns::kTypeAaaa)
            require(is_address(AF_INET6, record.value), "an AAAA record is an address");
    }
    return 0;
}
