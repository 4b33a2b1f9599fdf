#!/usr/bin/env bash
# The benchmarks: builds what they measure, and runs them. Everything they start ends with them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: ./dev bench [probes] [--only BENCH]... [--short] [--json] [--list] [--build DIR]

Measures and prints each figure beside what it is compared with, as a ratio, and beside its target. Without a suite,
all of them: at present, probes.

  probes       what a run of a probe costs beside Debian's blackbox_exporter and beside bare system calls, how large
               and how quick the agent is, how punctual 1,000 black-holed runs are, and how true its latencies are
               against a packet capture. About four minutes; every server is started by the bench itself.

  --list       name the benches of the suites and stop
  --only B     one bench of --list (cost, footprint, deadlines, wire); may be given again
  --short      a few runs of each: shows that they work, judges nothing
  --json       one JSON object instead of the table
  --build DIR  use the programs of this build tree; without it, build/release and build/static are built first

Two benches make network namespaces and a TUN device; where that is not permitted they are skipped, and the table says
so. The figures go to stdout, all else to stderr. Exits 0 when every target is met, 1 when one is missed or a bench
cannot be run, 2 when the command was wrong. Figures of a busy machine are its own: compare ratios, and repeat.
docs/benchmarks.md tells how each is measured.
END
}

tree='' list=no suite='' options=()
while [ $# -gt 0 ]; do
    case $1 in
    probes)
        [ -z "$suite" ] || bad_usage "bench takes one suite at most (./dev bench --help)"
        suite=$1
        ;;
    --only)
        [ -n "${2:-}" ] || bad_usage "--only needs the name of a bench (./dev bench --list)"
        options+=(--only "$2")
        shift
        ;;
    --short | --json) options+=("$1") ;;
    --list) list=yes ;;
    --build)
        [ -n "${2:-}" ] || bad_usage "--build needs a directory"
        tree=$2
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    -*) bad_usage "bench knows no option '$1' (./dev bench --help)" ;;
    *) bad_usage "no suite '$1'; there is probes (./dev bench --help)" ;;
    esac
    shift
done

if [ -z "$tree" ]; then
    step "building (the first time takes some minutes)"
    ./dev build release plumb-bench-probes >&2
    tree=build/release
    if [ $list = no ]; then
        ./dev build static plumb-agent >&2
        options+=(--agent "$PWD/build/static/plumb-agent" --static)
    fi
fi
tree=$(readlink -f "$tree") || true
[ -x "$tree/plumb-bench-probes" ] || die "$tree/plumb-bench-probes is not there; ./dev build release makes it"
if [ $list = yes ]; then exec "$tree/plumb-bench-probes" --list; fi
step "benches of the probes"
exec "$tree/plumb-bench-probes" ${options[@]+"${options[@]}"}
