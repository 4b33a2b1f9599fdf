// The long half of every `--help`: examples first.
#pragma once

namespace plumb::agent::help {

inline constexpr const char* kProgram =
    "Examples:\n"
    "  plumb-agent check                          check what this task's environment names (DATABASE_URL, "
    "…)\n"
    "  plumb-agent check --target cache=redis://cache:6379/0\n"
    "  plumb-agent run --config /etc/plumb.yaml   the sidecar: probe on a schedule, report windows\n"
    "  plumb-agent explain 28P01                  what a failure means and what to do about it\n"
    "  source <(plumb-agent completion bash)      commands, options and causes at the Tab key\n"
    "\n"
    "Each command has its own help: plumb-agent check --help\n"
    "Exit codes: 0 ok; 1 something failed; 2 bad usage or configuration, or nothing to do.\n";

inline constexpr const char* kCheck =
    "Without --target and --config, targets come from the environment: a variable whose whole value is a "
    "URL\n"
    "(DATABASE_URL → database), a host and port pair (CACHE_HOST and CACHE_PORT → cache), or libpq's own "
    "(PGHOST …).\n"
    "\n"
    "Examples:\n"
    "  plumb-agent check\n"
    "  plumb-agent check --target database=env:DATABASE_URL      the URL stays off the command line\n"
    "  plumb-agent check --target database=file:/run/secrets/db\n"
    "  plumb-agent check --target payments=tls://api.example.com:443 --target cache=redis://cache:6379/0\n"
    "  plumb-agent check --config plumb.yaml --only database --repeat 100    percentiles and a histogram\n"
    "  plumb-agent check --only database --verbose               what was said on the wire, step by step\n"
    "  plumb-agent check --watch 5s                              again and again, and what has changed\n"
    "  plumb-agent check --format json > production.json         for: plumbctl diff staging.json "
    "production.json\n"
    "\n"
    "Through ECS Exec, into a running task:\n"
    "  aws ecs execute-command --cluster C --task T --container plumb --interactive --command '/plumb-agent "
    "check'\n"
    "\n"
    "Exit codes: 0 every outcome is ok; 1 some outcome failed, or the check was interrupted; 2 bad usage or\n"
    "configuration, or nothing to check. The table's last line says the result in words. --watch ends with "
    "the\n"
    "code of its last whole round.\n";

inline constexpr const char* kRun =
    "Examples:\n"
    "  plumb-agent run --config /etc/plumb.yaml\n"
    "  plumb-agent run --config plumb.yaml --output windows.jsonl     without a controller, or beside it\n"
    "  plumb-agent run --config plumb.yaml --once --output -          one run of each target, one window\n"
    "  plumb-agent run --config plumb.yaml --metrics 127.0.0.1:9464   for Prometheus, beside the controller\n"
    "  plumb-agent run --config plumb.yaml --emf                      for CloudWatch, through the log "
    "driver\n"
    "\n"
    "SIGTERM ends it well: the window is closed and marked as draining, delivered within five seconds, and "
    "the\n"
    "controller is told goodbye.\n"
    "Exit codes: 0 it ran (failed probes are evidence, not an error); 1 with --once: the window was neither "
    "written\n"
    "nor, without --output, acknowledged by the controller in time; 2 bad usage or configuration.\n";

inline constexpr const char* kValidate =
    "Reads the file as `run` would, with its ${VAR} and file: references, and makes every probe, without "
    "running one.\n"
    "Examples:\n"
    "  plumb-agent validate --config plumb.yaml\n"
    "Exit codes: 0 the file is good; 2 it is not, and every error is listed with its line and what would be "
    "right.\n";

inline constexpr const char* kHealth =
    "Asks the agents that `run` in this container whether their loop still turns. It speaks of the agent "
    "alone, never\n"
    "of a dependency or the controller. It needs no file and no port: each agent listens on an abstract "
    "socket.\n"
    "Examples:\n"
    "  HEALTHCHECK CMD [\"/plumb-agent\", \"health\"]\n"
    "  \"healthCheck\": {\"command\": [\"CMD\", \"/plumb-agent\", \"health\"]}      in the ECS task "
    "definition\n"
    "Exit codes: 0 every agent answered; 1 none runs, or one did not answer within a second.\n";

inline constexpr const char* kExplain =
    "Examples:\n"
    "  plumb-agent explain tcp.timeout\n"
    "  plumb-agent explain 28P01           a code of PostgreSQL\n"
    "  plumb-agent explain ECONNREFUSED    an error of the system\n"
    "  plumb-agent explain postgres        a kind of probe: its phases, causes, facts, gauges, options\n"
    "  plumb-agent explain tls.version     a fact or a gauge\n"
    "  plumb-agent explain                 all causes\n"
    "Exit codes: 0 explained; 2 no such word (the nearest is named).\n";

}  // namespace plumb::agent::help
