#!/usr/bin/env bash
# The laboratory in virtual time: builds plumb-lab-sim and runs it.
set -euo pipefail
caller=${PLUMB_CALLER:-$PWD}
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: ./dev lab sim [OPTIONS]

A/A gates between fleets that do not differ (tasks spread, tails, load, zones out of balance, slow hosts, deploys,
throttling), a catalogue of labelled faults and decoys, and three simpler judges on the same windows. Prints each
figure beside its target, and every answer that was wrong with the options that show it again.

  --full                     3,000 A/A gates of each fleet with 1,000 pairs each, 20 repeats of each scenario; hours
  --gates N                  A/A gates of each fleet (100)
  --repeats N                of each scenario (5), each with its own chance
  --fleet 4x12               tasks of baseline x candidate; may be repeated
  --seed N                   of all chance (1): the same seed gives the same bytes, whatever the threads
  --only PART                scenarios whose name contains this; may be repeated
  --gate N                   only this gate or repeat; with --dump DIR its windows, as plumbctl judge reads them
  --aa-only, --catalogue-only
  --windows N, --runs N      windows of a gate (10), runs of a dependency in a window (6)
  --log-ins N                of these runs, those that log in where that is wanted (all; the agent: 2 of 6)
  --dependencies N           of an A/A gate (250), four phases each
  --format text|markdown|json
  --threads N                gates at once; all processors
  --list                     name the scenarios with their labels and stop
  --build DIR                use the program of this build tree; without it, build/release is built first

The tables go to stdout, all else to stderr. Exits 0 when every target is met, 1 when one is missed, 2 when the
command was wrong. docs/evidence.md tells what the figures mean.
END
}

tree='' options=()
while [ $# -gt 0 ]; do
    case $1 in
    --build)
        [ -n "${2:-}" ] || bad_usage "--build needs a directory"
        tree=$(seen_from "$caller" "$2")
        shift
        ;;
    --dump)
        [ -n "${2:-}" ] || bad_usage "--dump needs a directory"
        options+=("$1" "$(seen_from "$caller" "$2")")
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    *) options+=("$1") ;;
    esac
    shift
done

if [ -z "$tree" ]; then
    step "building (the first time takes some minutes)"
    ./dev build release plumb-lab-sim >&2
    tree=build/release
fi
[ -x "$tree/plumb-lab-sim" ] || die "$tree/plumb-lab-sim is not there; ./dev build release makes it"
exec "$tree/plumb-lab-sim" ${options[@]+"${options[@]}"}
