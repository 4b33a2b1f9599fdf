#include "controller/ctl/commands.hpp"

#include "base/file.hpp"
#include "base/terminal.hpp"
#include "controller/ctl/accept.hpp"
#include "controller/ctl/diff/compare.hpp"
#include "controller/ctl/diff/render.hpp"
#include "controller/ctl/diff/transcript.hpp"
#include "controller/ctl/fleet.hpp"
#include "controller/ctl/judge_files.hpp"
#include "controller/ctl/report_format.hpp"
#include "controller/judge/policy_yaml.hpp"

#include <cstdio>
#include <unistd.h>
#include <utility>

namespace plumb::ctl {
namespace {

using std::chrono::milliseconds;

int complain(ExitCode code, const std::string& message) {
    std::fprintf(stderr, "plumbctl: %s\n", message.c_str());
    return code;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

milliseconds in_ms(std::chrono::nanoseconds value) {
    return std::chrono::ceil<milliseconds>(value);
}

struct PolicyFile {
    std::string text;
    judge::Policy policy;
};

// Read and checked here, so that a wrong policy is told even when no controller is there.
Result<PolicyFile> read_policy(const std::string& path) {
    PolicyFile result;
    if (path.empty()) return result;
    auto text = read_file(path);
    if (!text) return Error{"--policy " + text.error().message};
    auto policy = judge::parse_policy(*text, path);
    if (!policy) return policy.error();
    result.text = std::move(*text);
    result.policy = std::move(*policy);
    return result;
}

Answer<judge::Report> ask(const ConnectOptions& connect, const CompareFlags& flags) {
    Answer<judge::Report> answer;
    answer.trouble.code = kUsage;
    for (const auto& [flag, text] :
         {std::pair{"--baseline", &flags.baseline}, {"--candidate", &flags.candidate}}) {
        if (const auto selector = parse_selector(*text); !selector) {
            answer.trouble.message = std::string(flag) + ": " + selector.error().message;
            return answer;
        }
    }
    auto policy = read_policy(flags.policy);
    if (!policy) {
        answer.trouble.message = policy.error().message;
        return answer;
    }
    const auto since = flags.since.value_or(std::chrono::minutes(15));
    return ask_compare(connect, {flags.baseline, flags.candidate, flags.service, in_ms(since),
                                 std::move(policy->text), flags.policy});
}

void print(const judge::Report& report, const std::string& format) {
    print(format_report(report, format, Terminal(STDOUT_FILENO)));
}

}  // namespace

int run_gate(const ConnectOptions& connect, const CompareFlags& flags) {
    const auto answer = ask(connect, flags);
    if (!answer.ok) return complain(answer.trouble.code, answer.trouble.message);
    print(answer.value, flags.format);
    return exit_code(answer.value.verdict);
}

int run_compare(const ConnectOptions& connect, const CompareFlags& flags) {
    const auto answer = ask(connect, flags);
    if (!answer.ok) return complain(answer.trouble.code, answer.trouble.message);
    print(answer.value, flags.format);
    return kPromote;
}

int run_judge(const CompareFlags& flags) {
    auto policy = read_policy(flags.policy);
    if (!policy) return complain(kUsage, policy.error().message);
    JudgeFiles files{flags.baseline, flags.candidate, flags.service, std::nullopt, std::move(policy->policy)};
    if (flags.since) files.since = in_ms(*flags.since);
    const auto report = judge_files(files);
    if (!report) return complain(kUsage, report.error().message);
    print(*report, flags.format);
    return exit_code(report->verdict);
}

int run_accept(const ConnectOptions& connect, const CompareFlags& flags, const AcceptFlags& accept) {
    const auto answer = ask(connect, flags);
    if (!answer.ok) return complain(answer.trouble.code, answer.trouble.message);
    const auto until = std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::system_clock::duration>(accept.expires);
    print(accept_yaml(answer.value, {accept.all, accept.reason, accept.owner, until}));
    return kPromote;
}

int run_fleet(const ConnectOptions& connect, std::chrono::nanoseconds since, const std::string& format) {
    const auto answer = ask_fleet(connect, in_ms(since));
    if (!answer.ok) return complain(answer.trouble.code, answer.trouble.message);
    print(format == "json" ? fleet_json(answer.value) : fleet_table(answer.value, Terminal(STDOUT_FILENO)));
    return kPromote;
}

int run_diff(const DiffFlags& flags) {
    CheckOutput sides[2];
    const std::string* names[2] = {&flags.baseline, &flags.candidate};
    for (int i = 0; i < 2; ++i) {
        const auto text = read_file(*names[i], kMaxTranscript);
        if (!text) return complain(kUsage, text.error().message);
        auto check = read_check(*text, *names[i]);
        if (!check) return complain(kUsage, check.error().message);
        sides[i] = std::move(*check);
    }
    const auto findings = compare_checks(sides[0], sides[1]);
    const Sides files{flags.baseline, flags.candidate};
    if (flags.format == "json") {
        print(diff_json(findings));
    } else if (flags.format == "markdown") {
        print(diff_markdown(findings, files));
    } else {
        print(diff_text(findings, files, Terminal(STDOUT_FILENO)));
    }
    return findings.empty() ? kPromote : kHold;
}

}  // namespace plumb::ctl
