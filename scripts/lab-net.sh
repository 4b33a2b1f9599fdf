#!/usr/bin/env bash
# The laboratory on real sockets: builds what it needs and runs the scenarios of tests/lab/net/scenarios.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: ./dev lab net [OPTIONS]

Builds staging and production in network namespaces, with real PostgreSQL, PgBouncer, Redis, nginx and dnsmasq, real
agents and a real controller; breaks one thing a scenario and compares what the gate says with what it must say. Needs
root. docs/laboratory.md tells how scenarios are written.

  --only NAME...     these scenarios alone
  --quick            the few that ./dev test runs, in less than a minute
  --list             which there are, and what happens in each
  --injectors        what a scenario can do to an environment
  --scenarios DIR    scenarios from elsewhere
  --jobs N           so many beside each other; 3, most of the time they wait
  --build DIR        use the programs of this build tree; without it, build/release is built first
  --logs DIR         where the logs of what fails go; build/log/lab-net
  --keep             keep the logs of what passes, too

Exits 0 when all passed, 1 when one failed, 2 when the command or the machine was wrong.
END
}

scenarios=tests/lab/net/scenarios tree='' logs=build/log/lab-net jobs=3
options=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --quick | --list | --injectors | --keep) options+=("$1") ;;
    --scenarios | --build | --logs | --jobs)
        [ -n "${2:-}" ] || bad_usage "$1 needs a value"
        case $1 in
        --scenarios) scenarios=$2 ;;
        --build) tree=$2 ;;
        --logs) logs=$2 ;;
        --jobs) jobs=$2 ;;
        esac
        shift
        ;;
    --only)
        [ -n "${2:-}" ] || bad_usage "--only needs the name of a scenario"
        while [ -n "${2:-}" ] && [[ $2 != -* ]]; do
            options+=(--only "$2")
            shift
        done
        ;;
    *) bad_usage "lab net knows no option '$1' (./dev lab net --help)" ;;
    esac
    shift
done

if [ -z "$tree" ]; then
    step "building (the first time takes some minutes)"
    ./dev build release plumb-agent plumb-controller plumbctl plumb-lab-stalled-listener plumb-lab-net >&2
    tree=build/release
fi
tree=$(readlink -f "$tree") || true
[ -x "$tree/plumb-lab-net" ] || die "$tree/plumb-lab-net is not there; ./dev build makes it"
mkdir -p "$logs"
exec "$tree/plumb-lab-net" --scenarios "$scenarios" --build "$tree" --logs "$(readlink -f "$logs")" --jobs "$jobs" \
    "${options[@]}"
