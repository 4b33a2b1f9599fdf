#include "agent/cli.hpp"

#include "agent/help.hpp"
#include "base/completion.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "model/cause.hpp"

#include <algorithm>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

// Thrown by our own checks; CLI11 would print its text beside a name we do not want.
struct Usage {
    std::string message;
};

struct Flags {
    CheckOptions check;
    RunOptions run;
    ValidateOptions validate;
    HealthOptions health;
    ExplainOptions explain;
    std::string timeout;
    std::string watch;
    std::string format = "table";
    std::string shell;
    int pid = 0;
};

CLI::Option* repeatable(CLI::Option* option) {
    return option->take_all()->allow_extra_args(false);
}

// "dns, http(s)": a kind by its name, and whether it has a scheme of that name for TLS.
std::string list_kinds(std::span<const Kind> kinds) {
    std::string list;
    for (const auto& kind : kinds) {
        if (kind.schemes.empty()) continue;  // no URL leads to it
        const auto over_tls = std::string(kind.name) + 's';
        const bool has_tls = std::any_of(kind.schemes.begin(), kind.schemes.end(),
                                         [&](const auto& scheme) { return scheme.name == over_tls; });
        list += (list.empty() ? "" : ", ") + std::string(kind.name) + (has_tls ? "(s)" : "");
    }
    return list;
}

void add_check(CLI::App& app, Flags& flags, std::span<const Kind> kinds) {
    auto* check = app.add_subcommand("check", "Probe every target now and print what was seen");
    auto& o = flags.check;
    repeatable(
        check->add_option("--target", o.targets, "NAME=URL, NAME=env:VAR or NAME=file:PATH (repeatable)"))
        ->type_name("NAME=URL");
    check->add_option("--config", o.config, "Take the targets from this file (YAML)");
    repeatable(check->add_option("--only", o.only, "Check only this dependency (repeatable)"))
        ->type_name("NAME");
    check
        ->add_option("--timeout", flags.timeout,
                     "For each run of a target that sets none: 2s, 500ms (default 2s)")
        ->type_name("DURATION");
    check->add_option("--repeat", o.repeat, "Runs of each target, back to back (default 1)")
        ->check(CLI::Range(1U, 10'000U));
    check
        ->add_option("--watch", flags.watch,
                     "Check again and again, with a pause of 2s or as given, until Ctrl-C")
        ->expected(0, 1)
        ->type_name("DURATION");
    check->add_option("--concurrency", o.concurrency, "Targets probed at a time (default 16)")
        ->check(CLI::Range(1U, 256U));
    repeatable(check->add_option("--resolver", o.resolvers, "Ask this DNS server, IP:PORT (repeatable)"))
        ->type_name("IP:PORT");
    check->add_option("--format", flags.format, "table or json (default table)")
        ->check(CLI::IsMember({"table", "json"}));
    check->add_flag(
        "--verbose", o.verbose,
        "Everything: facts, every gauge and address tried, what was said on the wire, texts whole");
    check->footer(
        fmt::format("{}\nKinds of targets: {}; amqp, mysql, kafka and others are probed as TCP.\n"
                    "What each of them takes and measures: plumb-agent explain KIND\n",
                    help::kCheck, list_kinds(kinds)));
}

void add_others(CLI::App& app, Flags& flags) {
    auto* run = app.add_subcommand("run", "The sidecar: probe on a schedule and report windows");
    run->add_option("--config", flags.run.config, "The configuration file (YAML)")->required();
    run->add_flag("--once", flags.run.once, "Run each target once, write one window and exit");
    run->add_option("--output", flags.run.output,
                    "Append each window to this file as a JSON line; - is stdout");
    run->add_option("--metrics", flags.run.metrics,
                    "Answer GET /metrics for Prometheus on this address: 127.0.0.1:9464")
        ->type_name("ADDRESS");
    run->add_flag(
        "--emf", flags.run.emf,
        "Print each window as CloudWatch embedded metrics on standard output, for the awslogs driver");
    run->footer(help::kRun);

    auto* validate = app.add_subcommand("validate", "Check a configuration file without probing");
    validate->add_option("--config", flags.validate.config, "The configuration file (YAML)")->required();
    validate->footer(help::kValidate);

    auto* health =
        app.add_subcommand("health", "For the container's health check: does the sidecar's loop turn?");
    health->add_option("--pid", flags.pid, "Ask only the agent with this process id");
    health->footer(help::kHealth);

    auto* explain = app.add_subcommand(
        "explain", "What a cause means and what to do about it, or what a kind of probe measures");
    explain->add_option(
        "cause", flags.explain.cause,
        "A cause or an alias, as in tcp.timeout, 28P01, ECONNREFUSED; a kind of probe; a fact or gauge");
    explain->footer(help::kExplain);

    app.add_subcommand("version", "Print the version");
    add_completion_command(app, flags.shell);
}

// What `explain` may be asked for, each once.
std::vector<std::string> explained(std::span<const Kind> kinds) {
    std::set<std::string> words;
    for (const auto& info : all_causes())
        words.emplace(info.code);
    for (const auto& kind : kinds) {
        words.emplace(kind.name);
        for (const auto& fact : kind.catalog.facts)
            words.emplace(fact.name);
        for (const auto& gauge : kind.catalog.gauges)
            words.emplace(gauge.name);
    }
    return {words.begin(), words.end()};
}

Say completion(const CLI::App& app, const Flags& flags, std::span<const Kind> kinds) {
    auto top = describe_commands(app);
    for (auto& command : top.commands) {
        if (command.name == "explain") command.words = explained(kinds);
    }
    return {completion_script(top, *parse_shell(flags.shell)), kOk};
}

std::chrono::nanoseconds duration_between(std::string_view flag, const std::string& text,
                                          std::chrono::nanoseconds least, std::chrono::nanoseconds most,
                                          std::string_view range) {
    const auto duration = parse_duration(text);
    if (!duration) throw Usage{fmt::format("{}: {}", flag, duration.error().message)};
    if (*duration < least || *duration > most)
        throw Usage{fmt::format("{} is out of range; it should be from {}", flag, range)};
    return *duration;
}

void finish_check(const CLI::App& check, Flags& flags) {
    using namespace std::chrono_literals;
    auto& options = flags.check;
    if (!flags.timeout.empty())
        options.timeout = duration_between("--timeout", flags.timeout, 1ms, 5min, "1ms to 5m");
    if (check.count("--watch") > 0) {
        if (check.count("--repeat") > 0) {
            throw Usage{
                "--watch and --repeat do not go together: each round of --watch runs every target once, and "
                "--repeat sums up a number of runs; leave one of them out"};
        }
        options.watch =
            flags.watch.empty() ? 2s : duration_between("--watch", flags.watch, 100ms, 1h, "100ms to 1h");
    }
    options.json = flags.format == "json";
}

Command chosen(const CLI::App& app, Flags& flags, std::span<const Kind> kinds) {
    if (app.got_subcommand("check")) {
        finish_check(*app.get_subcommand("check"), flags);
        return flags.check;
    }
    if (app.got_subcommand("completion")) return completion(app, flags, kinds);
    if (app.got_subcommand("run")) return flags.run;
    if (app.got_subcommand("validate")) return flags.validate;
    if (app.got_subcommand("health")) {
        if (app.get_subcommand("health")->count("--pid") > 0) flags.health.pid = flags.pid;
        if (flags.health.pid && *flags.health.pid < 1)
            throw Usage{"--pid: a process id is a whole number from 1 on"};
        return flags.health;
    }
    if (app.got_subcommand("explain")) return flags.explain;
    return VersionOptions{};
}

const CLI::App& deepest(const CLI::App& app) {
    const auto given = app.get_subcommands();
    return given.empty() ? app : *given.front();
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> command_names(CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    return names;
}

std::string unexpected(CLI::App& app, const std::string& word) {
    const auto& where = deepest(app);
    const bool is_option = word.starts_with('-');
    const auto near = nearest(word.substr(0, word.find('=')),
                              is_option || &where != &app ? option_names(where) : command_names(app));
    std::string message = fmt::format("{} was not expected", quote_words(word));
    if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
    return message;
}

Say usage_error(CLI::App& app, std::string_view message) {
    const auto& where = deepest(app);
    const auto name = &where == &app ? std::string("plumb-agent") : "plumb-agent " + where.get_name();
    return {fmt::format("{}: {}\nSee {} --help", name, message, name), kUsage};
}

}  // namespace

std::string without_urls(std::string_view text) {
    const auto at = text.find("://");
    if (at == std::string_view::npos) return show_words(text, text.size());
    // A password may hold anything, quotes too: only what follows the last quote is surely not part of it.
    const auto quote = text.rfind('\'');
    const auto rest = quote == std::string_view::npos || quote < at ? std::string_view() : text.substr(quote);
    return std::string(text.substr(0, at + 3)) + "***" + std::string(rest);
}

Command parse_command_line(int argc, const char* const* argv, std::span<const Kind> kinds) {
    CLI::App app(
        "Probes every dependency of this task, layer by layer, and says what failed, why, and what to do.",
        "plumb-agent");
    app.set_help_flag("-h,--help", "Print this help");
    app.set_help_all_flag("");
    app.get_formatter()->column_width(28);
    app.require_subcommand(0, 1);
    app.footer(help::kProgram);
    bool version = false;
    app.add_flag("--version", version, "Print the version");
    Flags flags;
    add_check(app, flags, kinds);
    add_others(app, flags);
    try {
        app.parse(argc, argv);
        if (version) return VersionOptions{};
        if (app.get_subcommands().empty())
            return usage_error(
                app, "give a command: check, run, validate, health, explain, completion or version");
        return chosen(app, flags, kinds);
    } catch (const CLI::CallForHelp&) {
        const auto& where = deepest(app);
        return Say{where.help(&where == &app ? "" : "plumb-agent"), kOk};
    } catch (const CLI::ExtrasError&) {
        const auto extras = app.remaining(true);
        return usage_error(app,
                           extras.empty() ? "an argument was not expected" : unexpected(app, extras.front()));
    } catch (const CLI::ParseError& error) {
        return usage_error(app, without_urls(sanitize(error.what(), 300)));
    } catch (const Usage& usage) {
        return usage_error(app, usage.message);
    }
}

}  // namespace plumb::agent
