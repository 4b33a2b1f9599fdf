#include "controller/ctl/commands.hpp"

#include "base/duration.hpp"
#include "base/file.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "controller/ctl/accept.hpp"
#include "controller/ctl/diff/acceptances.hpp"
#include "controller/ctl/diff/compare.hpp"
#include "controller/ctl/diff/render.hpp"
#include "controller/ctl/diff/transcript.hpp"
#include "controller/ctl/fleet.hpp"
#include "controller/ctl/judge_files.hpp"
#include "controller/ctl/judge_store.hpp"
#include "controller/ctl/report_format.hpp"
#include "controller/ctl/wait.hpp"
#include "controller/judge/policy/policy_yaml.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <unistd.h>
#include <utility>

namespace plumb::ctl {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kUsualSince{15};

int complain(const char* command, ExitCode code, const std::string& message) {
    std::fprintf(stderr, "plumbctl %s: %s\n", command, message.c_str());
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

// What is asked, read and checked; a mistake in it is the trouble of the answer.
Answer<CompareQuestion> question_of(const CompareFlags& flags) {
    Answer<CompareQuestion> answer;
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
    answer.value = {flags.baseline,
                    flags.candidate,
                    flags.service,
                    in_ms(flags.since.value_or(kUsualSince)),
                    std::move(policy->text),
                    flags.policy,
                    in_ms(flags.baseline_before),
                    flags.explain,
                    0};
    answer.ok = true;
    return answer;
}

Answer<judge::Report> ask(const ConnectOptions& connect, const CompareFlags& flags) {
    const auto question = question_of(flags);
    if (question.ok) return ask_compare(connect, question.value);
    Answer<judge::Report> answer;
    answer.trouble = question.trouble;
    return answer;
}

// One line of standard error, which on a terminal the next one replaces.
class Progress {
  public:
    void tell(const WaitProgress& progress) {
        if (!pace_.due(std::chrono::steady_clock::now())) return;
        const std::string words = progress_words(progress);
        if (terminal_) {
            // A line that wraps could not be replaced.
            const auto columns = static_cast<std::size_t>(std::max(Terminal(STDERR_FILENO).width(), 20));
            std::fprintf(stderr, "\r\033[K%s", sanitize(words, columns - 1).c_str());
        } else {
            std::fprintf(stderr, "plumbctl: %s\n", words.c_str());
        }
        std::fflush(stderr);
    }
    void end() const {
        if (terminal_) std::fputs("\r\033[K", stderr);
    }

  private:
    const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    ProgressPace pace_{terminal_};
};

Answer<judge::Report> ask_until_known(const ConnectOptions& connect, const CompareFlags& flags) {
    auto question = question_of(flags);
    if (!question.ok) {
        Answer<judge::Report> answer;
        answer.trouble = question.trouble;
        return answer;
    }
    const WaitClock clock{[] { return std::chrono::steady_clock::now(); },
                          [](std::chrono::nanoseconds pause) { std::this_thread::sleep_for(pause); }};
    const auto look = [&](unsigned number) {
        question.value.look = number;
        return ask_compare(connect, question.value);
    };
    Progress progress;
    auto answer = wait_for_verdict(*flags.wait, look, clock,
                                   [&](const WaitProgress& so_far) { progress.tell(so_far); });
    progress.end();
    return answer;
}

Result<judge::Report> judge_files_of(const CompareFlags& flags, const StoreFlags& store,
                                     judge::Policy policy) {
    if (!store.until.empty()) return Error{"--until belongs to --store: files end with their latest window"};
    JudgeFiles files{flags.baseline,
                     flags.candidate,
                     flags.service,
                     std::nullopt,
                     std::move(policy),
                     flags.explain,
                     in_ms(flags.baseline_before)};
    if (flags.since) files.since = in_ms(*flags.since);
    return judge_files(files);
}

Result<judge::Report> judge_store_of(const CompareFlags& flags, const StoreFlags& store,
                                     judge::Policy policy) {
    JudgeStore question{store.store,
                        flags.baseline,
                        flags.candidate,
                        flags.service,
                        in_ms(flags.since.value_or(kUsualSince)),
                        in_ms(flags.baseline_before),
                        std::nullopt,
                        std::move(policy),
                        flags.explain};
    if (!store.until.empty()) {
        const auto until = parse_time(store.until);
        if (!until) return Error{"--until: ", until.error().message};
        question.until = *until;
    }
    return judge_store(question);
}

void print(const judge::Report& report, const std::string& format) {
    print(format_report(report, format, Terminal(STDOUT_FILENO)));
}

}  // namespace

int run_gate(const ConnectOptions& connect, const CompareFlags& flags) {
    const auto answer = flags.wait ? ask_until_known(connect, flags) : ask(connect, flags);
    if (!answer.ok) return complain("gate", answer.trouble.code, answer.trouble.message);
    print(answer.value, flags.format);
    return exit_code(answer.value.verdict);
}

int run_compare(const ConnectOptions& connect, const CompareFlags& flags) {
    const auto answer = ask(connect, flags);
    if (!answer.ok) return complain("compare", answer.trouble.code, answer.trouble.message);
    print(answer.value, flags.format);
    return kPromote;
}

int run_judge(const CompareFlags& flags, const StoreFlags& store) {
    auto policy = read_policy(flags.policy);
    if (!policy) return complain("judge", kUsage, policy.error().message);
    const auto judge = store.store.empty() ? judge_files_of : judge_store_of;
    const auto report = judge(flags, store, std::move(policy->policy));
    if (!report) return complain("judge", kUsage, report.error().message);
    print(*report, flags.format);
    return exit_code(report->verdict);
}

int run_accept(const ConnectOptions& connect, const CompareFlags& flags, const AcceptFlags& accept) {
    const auto until = std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::system_clock::duration>(accept.expires);
    const AcceptOptions options{accept.all, accept.reason, accept.owner, until};
    if (const auto ok = check_words(options); !ok) return complain("accept", kUsage, ok.error().message);
    const auto answer = ask(connect, flags);
    if (!answer.ok) return complain("accept", answer.trouble.code, answer.trouble.message);
    print(accept_yaml(answer.value, options));
    return kPromote;
}

int run_fleet(const ConnectOptions& connect, std::chrono::nanoseconds since, const std::string& format) {
    const auto answer = ask_fleet(connect, in_ms(since));
    if (!answer.ok) return complain("fleet", answer.trouble.code, answer.trouble.message);
    print(format == "json" ? fleet_json(answer.value) : fleet_table(answer.value, Terminal(STDOUT_FILENO)));
    return kPromote;
}

int run_diff(const DiffFlags& flags) {
    CheckOutput sides[2];
    const std::string* names[2] = {&flags.baseline, &flags.candidate};
    for (int i = 0; i < 2; ++i) {
        const auto text = read_file(*names[i], kMaxTranscript);
        if (!text) return complain("diff", kUsage, text.error().message);
        auto check = read_check(*text, *names[i]);
        if (!check) return complain("diff", kUsage, check.error().message);
        sides[i] = std::move(*check);
    }
    auto policy = read_policy(flags.policy);
    if (!policy) return complain("diff", kUsage, policy.error().message);
    auto outcome = apply_acceptances(policy->policy, std::chrono::system_clock::now(),
                                     compare_checks(sides[0], sides[1]));
    const Difference difference{{flags.baseline, flags.candidate},
                                by_weight(std::move(outcome.findings)),
                                std::move(outcome.accepted),
                                std::move(outcome.expired),
                                std::move(outcome.unmatched)};
    if (flags.format == "json") {
        print(diff_json(difference));
    } else if (flags.format == "markdown") {
        print(diff_markdown(difference));
    } else {
        print(diff_text(difference, Terminal(STDOUT_FILENO)));
    }
    return difference.findings.empty() ? kPromote : kHold;
}

}  // namespace plumb::ctl
