// probes/http/expectation and json_value: what a target expects, against a body from anybody. The input is
// the expectations, one option a line ("json=/status=ok"), an empty line, and the body.
#include "probes/http/expectation.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace plumb;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    Url options;
    for (auto line = input.take_until('\n'); !line.empty(); line = input.take_until('\n')) {
        const auto equals = std::min(line.find('='), line.size());
        options.query.emplace_back(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
    }
    const auto expected = http::read_expectation(options);
    if (!expected) {
        require(!expected.error().message.empty(), "a refusal says why");
        return 0;
    }
    const auto body = input.rest();
    http::Head head;
    for (const auto& field : expected->fields())
        head.lines.emplace_back(field, body.substr(0, http::kMaxHeader));
    http::header_complaint(*expected, head);
    const auto unwanted = http::unwanted_complaint(*expected, body);
    const auto missing = http::missing_complaint(*expected, body);
    if (!expected->reads_body())
        require(unwanted.empty() && missing.empty(), "who expects nothing finds nothing wrong");
    return 0;
}
