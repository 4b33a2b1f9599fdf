#include "controller/metrics/metrics.hpp"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace plumb::metrics {
namespace {

void line(std::string& out, std::string_view name, std::string_view type, std::string_view help,
          const Count& count) {
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type,
                   count.load(std::memory_order_relaxed));
}

void summary(std::string& out, std::string_view name, std::string_view help, const Count& count,
             const Count& ns) {
    fmt::format_to(std::back_inserter(out),
                   "# HELP {0} {1}\n# TYPE {0} summary\n{0}_sum {2:.9f}\n{0}_count {3}\n", name, help,
                   static_cast<double>(ns.load(std::memory_order_relaxed)) / 1e9,
                   count.load(std::memory_order_relaxed));
}

// A label's value: what a peer chose, with what would end it escaped.
std::string label(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

template <class Member>
void login_lines(std::string& out, std::string_view name, std::string_view help,
                 const std::vector<LoginRow>& rows, Member member) {
    if (rows.empty()) return;
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
    for (const LoginRow& row : rows) {
        fmt::format_to(std::back_inserter(out), "{}{{environment=\"{}\",dependency=\"{}\"}} {}\n", name,
                       label(row.environment), label(row.dependency), row.*member);
    }
}

}  // namespace

std::string prometheus_text(const Metrics& m) {
    std::string out =
        "# HELP plumb_build_info The version of this controller.\n"
        "# TYPE plumb_build_info gauge\n"
        "plumb_build_info{version=\"" PLUMB_VERSION "\"} 1\n";
    line(out, "plumb_windows_received_total", "counter", "Windows read from agents.", m.windows_received);
    line(out, "plumb_windows_acknowledged_total", "counter", "Windows committed, or known from before.",
         m.windows_acknowledged);
    line(out, "plumb_windows_repeated_total", "counter", "Acknowledged windows that were stored already.",
         m.windows_repeated);
    line(out, "plumb_windows_refused_total", "counter", "Windows that broke a bound.", m.windows_refused);
    line(out, "plumb_streams", "gauge", "Report streams open now.", m.streams);
    line(out, "plumb_agents", "gauge", "Agents connected now.", m.agents);
    line(out, "plumb_hellos_total", "counter", "Agents that introduced themselves.", m.hellos);
    line(out, "plumb_goodbyes_total", "counter", "Agents that stopped on purpose.", m.goodbyes);
    line(out, "plumb_store_errors_total", "counter", "Reads and writes that the store refused.",
         m.store_errors);
    summary(out, "plumb_store_commit_seconds", "Time of a commit.", m.commits, m.commit_ns);
    summary(out, "plumb_comparison_seconds", "Time of a comparison.", m.comparisons, m.comparison_ns);
    const auto logins = m.logins.get();
    login_lines(out, "plumb_login_agents", "Connected agents that log in to the dependency.", logins,
                &LoginRow::agents);
    login_lines(out, "plumb_login_seconds_apart",
                "The least time between two log-ins that each of them is asked to keep.", logins,
                &LoginRow::seconds_apart);
    return out;
}

}  // namespace plumb::metrics
