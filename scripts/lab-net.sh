#!/usr/bin/env bash
# The laboratory on real sockets: builds what it needs and runs the scenarios of tests/lab/net/scenarios.
set -euo pipefail
caller=${PLUMB_CALLER:-$PWD}
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
  --jobs N           so many beside each other; 2
  --build DIR        use the programs of this build tree; without it, build/release is built first
  --logs DIR         where the logs of what fails go; build/log/lab-net
  --keep             keep the logs of what passes, too

Exits 0 when all passed, 1 when one failed, 2 when the command, a scenario or the machine was
wrong, 128 and the number of the signal when it was stopped before the last.
END
}

# What the catalogue needs of the machine, before minutes of building.
check_machine() {
    [ "$(id -u)" = 0 ] || bad_usage "lab net needs root: PostgreSQL runs as another user in a network of its own"
    local name words
    for name in ip nft tc nginx redis-server redis-cli redis-benchmark dnsmasq pgbouncer unshare; do
        PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v $name >/dev/null ||
            bad_usage "$name is not installed; './dev setup' installs what is missing"
    done
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ||
        bad_usage "PostgreSQL is not installed; './dev setup' installs what is missing"
    words=$(PATH=$PATH:/usr/sbin:/sbin unshare --net --ipc --mount --pid --fork sh -ec '
        ip link add name try0 type veth peer name try1
        tc qdisc add dev try0 root tbf rate 1mbit burst 4kb latency 400ms
        nft add table ip try
        [ -w /dev/net/tun ] || { echo "there is no /dev/net/tun"; exit 1; }' 2>&1) ||
        bad_usage "this machine permits no laboratory: $words"
}

scenarios=$PWD/tests/lab/net/scenarios tree='' logs=$PWD/build/log/lab-net jobs=2 runs=yes
options=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --list | --injectors)
        options+=("$1")
        runs=no
        ;;
    --quick | --keep) options+=("$1") ;;
    --scenarios | --build | --logs | --jobs)
        [ -n "${2:-}" ] || bad_usage "$1 needs a value"
        case $1 in
        --scenarios) scenarios=$(seen_from "$caller" "$2") ;;
        --build) tree=$(seen_from "$caller" "$2") ;;
        --logs) logs=$(seen_from "$caller" "$2") ;;
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

[ -d "$scenarios" ] || bad_usage "--scenarios: there is no directory $scenarios"
[ -z "$tree" ] || [ -x "$tree/plumb-lab-net" ] ||
    bad_usage "--build: $tree/plumb-lab-net is not there; ./dev build makes it"
[ $runs = no ] || check_machine
if [ -z "$tree" ]; then
    step "building (the first time takes some minutes)"
    ./dev build release plumb-agent plumb-controller plumbctl plumb-lab-stalled-listener plumb-lab-net >&2
    tree=$PWD/build/release
fi
mkdir -p "$logs"
exec "$tree/plumb-lab-net" --scenarios "$scenarios" --build "$tree" --logs "$logs" --jobs "$jobs" \
    ${options[@]+"${options[@]}"}
