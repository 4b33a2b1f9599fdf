// controller/api/report_proto: what a controller answers to plumbctl.
#include "controller/api/report_proto.hpp"
#include "controller/judge/report/render.hpp"
#include "plumb/v1/query.pb.h"
#include "tests/fuzz/fuzz.hpp"

namespace {

void check(const plumb::judge::Finding& finding) {
    using plumb::fuzz::require_readable;
    for (const auto* text : {&finding.dependency, &finding.cause, &finding.subject, &finding.baseline,
                             &finding.candidate, &finding.reason, &finding.action})
        require_readable(*text, 4096, "a finding's text is bounded and readable");
    for (const auto& [name, value] : finding.scope) {
        require_readable(name, 4096, "a label is bounded and readable");
        require_readable(value, 4096, "a label is bounded and readable");
    }
    for (const auto& folded : finding.folded)
        check(folded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    const auto bytes = fuzz::Input(data, size).rest();
    v1::CompareResponse message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return 0;
    const auto report = api::from_proto(message);
    if (!report) {
        fuzz::require_readable(report.error().message, kMaxDetail, "an error is bounded and readable");
        return 0;
    }
    for (const auto& finding : report->findings)
        check(finding);
    for (const auto& text : {judge::to_text(*report, Terminal(false, 80)), judge::to_markdown(*report),
                             judge::to_junit(*report)})
        fuzz::require(text.find('\x1b') == std::string::npos, "no terminal is commanded");
    return 0;
}
