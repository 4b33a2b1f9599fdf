// plumbctl: asks a controller, or files, what differs between two environments.
#include "base/completion.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "controller/ctl/commands.hpp"

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

namespace {

namespace ctl = plumb::ctl;

constexpr const char* kExitCodes =
    "Exit codes: 0 promote, 1 hold, 2 usage, 3 insufficient evidence, 4 controller unreachable or refused.";

// A duration flag: complains in the words of base/duration.hpp, keeps the value.
template <class T>
CLI::Option* add_duration(CLI::App& app, const std::string& flag, T& into, const std::string& help) {
    return app
        .add_option_function<std::string>(
            flag,
            [&into, flag](const std::string& text) {
                const auto parsed = plumb::parse_duration(text);
                if (!parsed) throw CLI::ValidationError(flag, parsed.error().message);
                if (parsed->count() <= 0) throw CLI::ValidationError(flag, "must be longer than nothing");
                into = *parsed;
            },
            help)
        ->type_name("DURATION");
}

// A day so far ahead is no day of review, and past what a clock can hold.
std::string check_expiry(const std::string& text) {
    const auto parsed = plumb::parse_duration(text);
    const bool far = parsed && *parsed > std::chrono::hours(24 * 3650);
    return far ? "an acceptance ends within ten years: at most 3650d" : "";
}

void add_connection(CLI::App& app, ctl::ConnectOptions& options) {
    app.add_option("--controller", options.controller, "address of plumb-controller (--listen)")
        ->capture_default_str()
        ->type_name("ADDR");
    add_duration(app, "--timeout", options.timeout, "how long to wait for the answer [30s]");
    app.add_option("--tls-ca", options.tls_ca, "authority of the controller's certificate (PEM)");
    app.add_option("--tls-cert", options.tls_cert,
                   "own certificate, where the controller asks for one (PEM)");
    app.add_option("--tls-key", options.tls_key, "its private key (PEM)");
    app.add_option("--token-file", options.token_file, "file with a reader's token; else $PLUMB_TOKEN");
    app.add_flag("--insecure-plaintext", options.insecure_plaintext, "no TLS, also beyond loopback");
}

void add_comparison(CLI::App& app, ctl::CompareFlags& flags) {
    app.add_option("--baseline", flags.baseline, "what is known to work: staging, or environment=…,zone=…")
        ->required()
        ->type_name("SEL");
    app.add_option("--candidate", flags.candidate, "what is to be judged")->required()->type_name("SEL");
}

void add_rules(CLI::App& app, ctl::CompareFlags& flags, const std::string& since_help) {
    app.add_option("--service", flags.service, "only this service")->type_name("NAME");
    add_duration(app, "--since", flags.since, since_help);
    app.add_option("--policy", flags.policy, "what may hold, what is accepted and what is ignored (YAML)");
}

void add_baseline_before(CLI::App& app, ctl::CompareFlags& flags) {
    add_duration(
        app, "--baseline-before", flags.baseline_before,
        "take the baseline's windows from so long before, as in 24h: the same hours of an earlier day");
}

void add_explain(CLI::App& app, ctl::CompareFlags& flags) {
    app.add_flag("--explain", flags.explain,
                 "also why each pair was found or was quiet: evidence, test, interval, threshold, margin");
}

void add_format(CLI::App& app, std::string& format, std::vector<std::string> known) {
    app.add_option("--format", format, "how the result is printed")
        ->capture_default_str()
        ->check(CLI::IsMember(std::move(known)));
}

const std::string kControllerSince = "how far back from now [15m]";
const std::vector<std::string> kReportFormats{"text", "json", "markdown", "junit"};

struct Flags {
    ctl::ConnectOptions connect;
    ctl::CompareFlags compare;
    ctl::StoreFlags store;
    ctl::AcceptFlags accept;
    ctl::DiffFlags diff;
    std::chrono::nanoseconds fleet_since = std::chrono::minutes(15);
    std::string fleet_format = "text";
    std::string shell;
    std::function<int()> run;
};

void add_gate(CLI::App& app, Flags& flags) {
    auto& gate = *app.add_subcommand("gate", "May the candidate be promoted? The exit code decides");
    add_comparison(gate, flags.compare);
    add_rules(gate, flags.compare, kControllerSince);
    add_baseline_before(gate, flags.compare);
    gate.add_option_function<std::string>(
            "--wait",
            [&flags](const std::string& text) {
                const auto parsed = plumb::parse_duration(text);
                if (!parsed) throw CLI::ValidationError("--wait", parsed.error().message);
                if (*parsed < std::chrono::seconds(1) || *parsed > std::chrono::hours(24))
                    throw CLI::ValidationError("--wait", "between 1s and 24h is right");
                flags.compare.wait = *parsed;
            },
            "ask again while the evidence does not suffice, at most so long")
        ->type_name("DURATION");
    add_explain(gate, flags.compare);
    add_format(gate, flags.compare.format, kReportFormats);
    add_connection(gate, flags.connect);
    gate.footer(std::string("Examples:\n"
                            "  before a promotion:\n"
                            "    plumbctl gate --controller plumb.internal:7443 --baseline staging "
                            "--candidate production --service checkout --policy plumb-policy.yaml\n"
                            "  right after a deployment, until enough is known:\n"
                            "    plumbctl gate --baseline environment=production,revision=41 "
                            "--candidate environment=production,revision=42 --wait 10m\n"
                            "  production now against the same hours of yesterday:\n"
                            "    plumbctl gate --baseline production --candidate production --since 1h "
                            "--baseline-before 24h\n"
                            "  why something was found, and why the rest was quiet:\n"
                            "    plumbctl gate --baseline staging --candidate production --explain\n\n") +
                kExitCodes);
    gate.callback([&flags] { flags.run = [&flags] { return ctl::run_gate(flags.connect, flags.compare); }; });

    auto& compare =
        *app.add_subcommand("compare", "The same comparison for reading: 0 whenever it could compare");
    add_comparison(compare, flags.compare);
    add_rules(compare, flags.compare, kControllerSince);
    add_baseline_before(compare, flags.compare);
    add_explain(compare, flags.compare);
    add_format(compare, flags.compare.format, kReportFormats);
    add_connection(compare, flags.connect);
    compare.footer(
        "Example:\n  plumbctl compare --baseline environment=production,revision=41 "
        "--candidate environment=production,revision=42 --since 1h\n\n"
        "Exit codes: 0 compared, 2 usage, 4 controller unreachable or refused.");
    compare.callback(
        [&flags] { flags.run = [&flags] { return ctl::run_compare(flags.connect, flags.compare); }; });
}

void add_judge(CLI::App& app, Flags& flags) {
    auto& judge =
        *app.add_subcommand("judge", "As gate, with windows from files or a store instead of a controller");
    judge
        .add_option("--baseline", flags.compare.baseline,
                    "windows as `plumb-agent run --output` writes them; with --store a selector")
        ->required()
        ->type_name("FILE|SEL");
    judge.add_option("--candidate", flags.compare.candidate, "windows of what is to be judged")
        ->required()
        ->type_name("FILE|SEL");
    judge
        .add_option("--store", flags.store.store,
                    "a controller's store, which is only read; the controller may be running")
        ->type_name("sqlite:FILE");
    judge
        .add_option("--until", flags.store.until,
                    "of a store: judge as at this time [the end of the latest window]")
        ->type_name("TIME");
    add_rules(judge, flags.compare, "how far back from there [everything of files, 15m of a store]");
    add_baseline_before(judge, flags.compare);
    add_explain(judge, flags.compare);
    add_format(judge, flags.compare.format, kReportFormats);
    judge.footer(
        std::string(
            "Examples:\n"
            "  files of two agents:\n"
            "    plumbctl judge --baseline staging.jsonl --candidate production.jsonl\n"
            "  today's file against that of the same hours yesterday:\n"
            "    plumbctl judge --baseline monday.jsonl --candidate tuesday.jsonl --baseline-before 24h\n"
            "  last night's gate again, under another policy:\n"
            "    plumbctl judge --store sqlite:/var/lib/plumb/plumb.db --baseline staging "
            "--candidate production --until 2026-11-23T02:00:00Z --policy stricter.yaml\n\n") +
        kExitCodes);
    judge.callback([&flags] { flags.run = [&flags] { return ctl::run_judge(flags.compare, flags.store); }; });
}

void add_diff(CLI::App& app, Flags& flags) {
    auto& diff =
        *app.add_subcommand("diff", "Two saved outputs of `plumb-agent check --format json`, side by side");
    diff.add_option("A", flags.diff.baseline, "saved output, or the ECS Exec session that holds one")
        ->required();
    diff.add_option("B", flags.diff.candidate, "the other side")->required();
    diff.add_option("--policy", flags.diff.policy, "a policy file: what it accepts is only counted");
    add_format(diff, flags.diff.format, {"text", "json", "markdown"});
    diff.footer(
        "Addresses, ports, times and latencies never differ. Equal outputs print nothing.\n"
        "Targets that an interrupted check had not come to are not compared, which is a difference of its "
        "own.\n"
        "An acceptance whose day has passed is named as expired, one that meets no difference as accepting\n"
        "nothing (JSON: \"expired\", \"unmatched\").\n\n"
        "Examples:\n  plumbctl diff staging.json production.json\n"
        "  plumbctl diff staging.json production.json --policy policy.yaml\n\n"
        "Exit codes: 0 same, or all accepted; 1 different; 2 a file cannot be read.");
    diff.callback([&flags] { flags.run = [&flags] { return ctl::run_diff(flags.diff); }; });
}

void add_accept(CLI::App& app, Flags& flags) {
    auto& accept =
        *app.add_subcommand("accept", "The present findings as policy entries, printed for review");
    add_comparison(accept, flags.compare);
    add_rules(accept, flags.compare, kControllerSince);
    add_baseline_before(accept, flags.compare);
    accept.add_option("--reason", flags.accept.reason, "why these differences are right")
        ->required()
        ->type_name("WORDS");
    accept.add_option("--owner", flags.accept.owner, "who answers for it")->type_name("NAME");
    add_duration(accept, "--expires", flags.accept.expires,
                 "when the difference is to be looked at again, as in 30d; at most 3650d")
        ->required()
        ->check(CLI::Validator(check_expiry, "", "expiry"));
    accept.add_flag("--all", flags.accept.all,
                    "also failures and scarce gauges, which are rarely right to accept");
    add_connection(accept, flags.connect);
    accept.footer(
        "Nothing is written: read the entries, then put them under `accept:` of the policy file. They cover "
        "the "
        "present findings and what these explain, and no other: another value, another cause or a larger "
        "shift "
        "counts again, and so does everything once the entry is out of date. Where the environments differ "
        "by "
        "more than the policy knows, whatever was found, thresholds that say so are proposed in a "
        "comment.\n\n"
        "Example:\n  plumbctl accept --baseline staging --candidate production --policy plumb-policy.yaml "
        "--reason \"smaller instances in staging\" --owner \"db team\" --expires 30d\n\n"
        "Exit codes: 0 printed, 2 usage, 4 controller unreachable or refused.");
    accept.callback([&flags] {
        flags.run = [&flags] { return ctl::run_accept(flags.connect, flags.compare, flags.accept); };
    });
}

void add_fleet(CLI::App& app, Flags& flags) {
    auto& fleet = *app.add_subcommand("fleet", "Who reports, how fresh, which versions");
    add_duration(fleet, "--since", flags.fleet_since, "who was seen in this time [15m]");
    add_format(fleet, flags.fleet_format, {"text", "json"});
    add_connection(fleet, flags.connect);
    fleet.footer(
        "Example:\n  plumbctl fleet --controller plumb.internal:7443 --since 1h\n\n"
        "Exit codes: 0 listed, 2 usage, 4 controller unreachable or refused.");
    fleet.callback([&flags] {
        flags.run = [&flags] { return ctl::run_fleet(flags.connect, flags.fleet_since, flags.fleet_format); };
    });
}

int refuse(const CLI::App& app, const CLI::ParseError& error) {
    const auto given = app.get_subcommands();
    const std::string name = "plumbctl" + (given.empty() ? "" : " " + given.front()->get_name());
    // What was typed in the wrong place may be a URL with a password.
    std::fprintf(stderr, "%s: %s; run %s --help\n", name.c_str(),
                 plumb::show_words(error.what(), 300).c_str(), name.c_str());
    return ctl::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app("Where does production lean away from staging?", "plumbctl");
    app.set_version_flag("--version", "plumbctl " PLUMB_VERSION);
    app.require_subcommand(1);
    Flags flags;
    add_gate(app, flags);
    add_judge(app, flags);
    add_diff(app, flags);
    add_accept(app, flags);
    add_fleet(app, flags);
    app.add_subcommand("version", "Print the version")->callback([&flags] {
        flags.run = [] {
            std::puts("plumbctl " PLUMB_VERSION);
            return 0;
        };
    });
    plumb::add_completion_command(app, flags.shell);
    app.get_subcommand("completion")->callback([&] {
        flags.run = [&] {
            const auto script =
                plumb::completion_script(plumb::describe_commands(app), *plumb::parse_shell(flags.shell));
            return std::fputs(script.c_str(), stdout) < 0 ? 1 : 0;
        };
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        return refuse(app, error);
    }
    return flags.run();
}
