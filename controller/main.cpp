// plumb-controller: takes the windows of agents, keeps them, and answers what differs between two
// environments.
#include "base/completion.hpp"
#include "base/duration.hpp"
#include "controller/serve.hpp"

#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

namespace {

constexpr int kUsage = 2;

std::string check_retention(std::string& text) {
    const auto parsed = plumb::parse_duration(text);
    if (!parsed) return parsed.error().message;
    return *parsed >= std::chrono::minutes(1) ? "" : "shorter than a minute: nothing could be compared";
}

std::string check_login_budget(std::string& text) {
    const auto parsed = plumb::ingest::parse_login_budget(text);
    return parsed ? "" : parsed.error().message;
}

// Values that CLI11 knows only as text.
struct Texts {
    std::string retention = "30d";
    std::string login_budget = "10/s";
};

void add_serve(CLI::App& app, plumb::controller::ServeOptions& options, Texts& texts) {
    auto* serve = app.add_subcommand("serve", "Take windows from agents and answer plumbctl");
    serve
        ->add_option("--listen", options.listen,
                     "gRPC address for agents and plumbctl; port 0 takes a free one")
        ->capture_default_str();
    serve->add_option("--http", options.http, "address of /healthz, /readyz and /metrics")
        ->capture_default_str();
    serve->add_option("--store", options.store, "where windows are kept: sqlite:FILE")->required();
    serve->add_option("--tls-cert", options.tls_cert, "certificate chain (PEM)");
    serve->add_option("--tls-key", options.tls_key, "its private key (PEM)");
    serve->add_option("--client-ca", options.client_ca,
                      "peers must show a certificate of this authority (PEM)");
    serve->add_option("--tokens", options.tokens, "who may report and who may read (YAML)");
    serve->add_option("--policy", options.policy, "floor policy: what no app's policy can loosen (YAML)");
    serve
        ->add_option("--login-budget", texts.login_budget,
                     "how often the agents of an environment together log in to one dependency, as in 10/s, "
                     "30/m or none: agents are asked to log in less often, never more")
        ->capture_default_str()
        ->check(CLI::Validator(check_login_budget, "RATE", "login budget"));
    serve->add_option("--retention", texts.retention, "how long windows are kept, as in 30d")
        ->capture_default_str()
        ->check(CLI::Validator(check_retention, "DURATION", "retention"));
    serve->add_flag("--insecure-plaintext", options.insecure_plaintext,
                    "listen without TLS on an address that others reach");
    serve->footer(
        "Example:\n  plumb-controller serve --listen 127.0.0.1:7443 --store "
        "sqlite:/var/lib/plumb/plumb.db\n\n"
        "When it serves it prints one line: listening grpc=ADDRESS http=ADDRESS\n"
        "Exit codes: 0 stopped by a signal, 2 cannot start as configured.");
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app("Plumbline's controller: keeps what agents report and says where production leans",
                 "plumb-controller");
    app.set_version_flag("--version", "plumb-controller " PLUMB_VERSION);
    app.require_subcommand(1);
    plumb::controller::ServeOptions options;
    Texts texts;
    add_serve(app, options, texts);
    app.add_subcommand("version", "Print the version");
    std::string shell;
    plumb::add_completion_command(app, shell);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    if (app.got_subcommand("version")) {
        std::puts("plumb-controller " PLUMB_VERSION);
        return 0;
    }
    if (app.got_subcommand("completion")) {
        const auto script =
            plumb::completion_script(plumb::describe_commands(app), *plumb::parse_shell(shell));
        return std::fputs(script.c_str(), stdout) < 0 ? 1 : 0;
    }
    options.retention = *plumb::parse_duration(texts.retention);
    options.login_budget = *plumb::ingest::parse_login_budget(texts.login_budget);
    return plumb::controller::serve(options);
}
