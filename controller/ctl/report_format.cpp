#include "controller/ctl/report_format.hpp"

#include "controller/judge/finding/finding_json.hpp"
#include "controller/judge/report/render.hpp"

namespace plumb::ctl {

std::string format_report(const judge::Report& report, const std::string& format, const Terminal& terminal) {
    if (format == "json") return judge::to_json(report);
    if (format == "markdown") return judge::to_markdown(report);
    if (format == "junit") return judge::to_junit(report);
    return judge::to_text(report, terminal);
}

}  // namespace plumb::ctl
