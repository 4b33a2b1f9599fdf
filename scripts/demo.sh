#!/usr/bin/env bash
# The demo: two environments of real servers on loopback addresses, three agents a side, one controller, one gate.
# Needs no privileges (as root, the servers run as nobody). Everything lives in one temporary directory.
set -euo pipefail
# With an output closed, the next file that anything opens would take its number.
[ -L /proc/self/fd/1 ] || exec >/dev/null
[ -L /proc/self/fd/2 ] || exec 2>/dev/null
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
. scripts/demo-processes.sh
. scripts/demo-servers.sh

usage() {
    cat <<'END'
usage: ./dev demo [--healthy] [--keep | --stop] [--format text|json|markdown]

Starts staging and production (PostgreSQL, Redis, nginx with TLS and dnsmasq in each), three agents a side and one
controller, all on loopback addresses. Production leans in six ways; the gate finds them. Then everything ends.

  --healthy   two equal environments: the gate promotes
  --keep      leave it running to play with; it prints what to try
  --stop      end what --keep left running
  --format F  how the gate prints its report
  --build DIR use the programs of this build tree; without it, build/release is built first

The report goes to stdout, all else to stderr. The gate's exit code (0 promote, 1 hold) is shown; the demo itself exits
0 when the gate decided as planted, 1 when it did not, 2 when the command was wrong.
END
}

healthy=no keep=no stop=no format=text tree=''
while [ $# -gt 0 ]; do
    case $1 in
    --healthy) healthy=yes ;;
    --keep) keep=yes ;;
    --stop) stop=yes ;;
    --format)
        case ${2:-} in
        text | json | markdown) format=$2 ;;
        *) bad_usage "--format is text, json or markdown" ;;
        esac
        shift
        ;;
    --build)
        [ -n "${2:-}" ] || bad_usage "--build needs a directory"
        tree=$2
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    *) bad_usage "demo knows no option '$1' (./dev demo --help)" ;;
    esac
    shift
done
if [ $stop = yes ]; then
    stop_kept
    exit 0
fi
[ ! -e "$kept" ] || [ $keep = no ] || die "a kept demo is running already; ./dev demo --stop ends it"

programs=(plumb-agent plumb-controller plumbctl plumb-lab-stalled-listener)
if [ -z "$tree" ]; then
    step "building (the first time takes some minutes)"
    ./dev build release "${programs[@]}" >&2
    tree=build/release
fi
tree=$(readlink -f "$tree") || true
for program in "${programs[@]}"; do
    [ -x "$tree/$program" ] || die "$tree/$program is not there; ./dev build makes it"
done

# A plain user's PATH has no sbin, where Debian keeps nginx and dnsmasq; a umask may lock nobody out.
PATH=$PATH:/usr/sbin:/sbin
umask 022
trap finish EXIT
trap 'on_signal 130' INT
trap 'on_signal 143' TERM
trap 'on_signal 129' HUP
make_state

started=$SECONDS
choose_ports
step "starting staging and production on 127.0.10.0/24 and 127.0.20.0/24"
make_authority trusted
[ $healthy = yes ] || make_authority stranger
start_environment staging 127.0.10
start_environment production 127.0.20
wait_until_ready
[ $healthy = yes ] || lean_production

step "starting one controller and three agents a side"
start_controller
for side in staging production; do
    for number in 1 2 3; do start_agent $side $number; done
done
await_windows

gate=(plumbctl gate --controller "$controller" --baseline staging --candidate production)
step "${gate[*]}"
status=0
"$tree/plumbctl" "${gate[@]:1}" --format "$format" || status=$?
[ $status != 141 ] || exit 141 # whoever read the report has seen enough
all_run
if [ $healthy = yes ]; then expected=0; else expected=1; fi
printf '\n%sexit code of the gate: %s%s   (0 promote, 1 hold, 3 insufficient evidence)\n' "$bold" $status "$plain" >&2

what_to_try
if [ $status != $expected ]; then
    keep=no
    tail -n 5 "$state"/log/*.log >&2 || true
    die "the gate should have answered $expected"
fi
if [ $keep = yes ]; then
    keep_running
    exit 0
fi
step "ending everything ($((SECONDS - started)) s in all)"
