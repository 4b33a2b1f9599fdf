#include "controller/ctl/report_format.hpp"

#include "controller/judge/finding_json.hpp"

namespace plumb::ctl {

std::string format_report(const judge::Report& report, const std::string& format, const Terminal& terminal) {
    (void)format;
    (void)terminal;
    return judge::to_json(report);
}

}  // namespace plumb::ctl
