#!/usr/bin/env bash
# The benchmarks: builds what they measure, and runs them. Everything they start ends with them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: ./dev bench [probes|judge] [--only BENCH]... [--short] [--json] [--list] [--build DIR]

Measures and prints each figure beside what it is compared with, as a ratio, and beside its target. Without a suite,
both.

  probes       what a run of a probe costs beside Debian's blackbox_exporter and beside bare system calls, how large
               and how quick the agent is, how punctual 1,000 black-holed runs are, and how true its latencies are
               against a packet capture. About four minutes; every server is started by the bench itself.
  judge        how long a comparison of 2 x 1,000 tasks with 20 dependencies each takes, rule by rule.

  --list       name the benches of the suites and stop
  --only B     one bench of the probes of --list (cost, footprint, deadlines, wire); may be given again
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
    probes | judge)
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
    *) bad_usage "no suite '$1'; there are probes and judge (./dev bench --help)" ;;
    esac
    shift
done

runs() { [ -z "$suite" ] || [ "$suite" = "$1" ]; }
own_tree=no
if [ -z "$tree" ]; then
    step "building (the first time takes some minutes)"
    ./dev build release plumb-bench-probes plumb-bench-judge >&2
    tree=build/release own_tree=yes
fi
tree=$(readlink -f "$tree") || true
for suite_name in probes judge; do
    [ -x "$tree/plumb-bench-$suite_name" ] || die "$tree/plumb-bench-$suite_name is not there; ./dev build release makes it"
done
if [ $list = yes ]; then exec "$tree/plumb-bench-probes" --list; fi

missed=0
if runs judge; then
    step "bench of the judge"
    judge_options=()
    for option in ${options[@]+"${options[@]}"}; do
        case $option in --short | --json) judge_options+=("$option") ;; esac
    done
    "$tree/plumb-bench-judge" ${judge_options[@]+"${judge_options[@]}"} || missed=$?
fi
if runs probes; then
    if [ $own_tree = yes ]; then
        ./dev build static plumb-agent >&2
        options+=(--agent "$PWD/build/static/plumb-agent" --static)
    fi
    step "benches of the probes"
    "$tree/plumb-bench-probes" ${options[@]+"${options[@]}"} || missed=$?
fi
exit $missed
