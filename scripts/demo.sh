#!/usr/bin/env bash
# The demo: two environments of real servers on loopback addresses, three agents a side, one controller, one gate.
# Needs no privileges (as root, the servers run as nobody). Everything lives in one temporary directory.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
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
  --build DIR use the programs of this build tree (default: build/release)

Exit code: the gate's own (0 promote, 1 hold) says what it decided; the demo itself exits 0 when the gate decided as
planted, 1 when it did not.
END
}

healthy=no keep=no format=text tree=build/release
while [ $# -gt 0 ]; do
    case $1 in
    --healthy) healthy=yes ;;
    --keep) keep=yes ;;
    --stop) stop_kept; exit 0 ;;
    --format) format=${2:?--format needs a value}; shift ;;
    --build) tree=${2:?--build needs a directory}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) bad_usage "demo knows no option '$1' (./dev demo --help)" ;;
    esac
    shift
done
tree=$(readlink -f "$tree")
for program in plumb-agent plumb-controller plumbctl plumb-lab-stalled-listener; do
    [ -x "$tree/$program" ] || die "$tree/$program is not there; ./dev build makes it"
done
[ ! -e "$kept" ] || [ $keep = no ] || die "a kept demo is running already; ./dev demo --stop ends it"

state=$(mktemp -d "${TMPDIR:-/tmp}/plumb-demo.XXXXXX")
chmod 755 "$state"
trap 'end_all; rm -rf "$state"' EXIT
trap 'exit 130' INT TERM

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
