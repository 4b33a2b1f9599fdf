#!/usr/bin/env bash
# The fault laboratory: hands over to one of its two tiers.
set -euo pipefail
root=$(dirname "$(readlink -f "$0")")/..
. "$root/scripts/common.sh"

usage() {
    cat <<'END'
usage: ./dev lab sim|net [OPTIONS]        (./dev lab sim --help and ./dev lab net --help tell more)

Breaks one thing at a time, asks the judge, and holds what it says against what was broken.

  sim   in virtual time: thousands of gates between fleets that do not differ, and a catalogue of faults, beside
        simpler judges on the same windows. No network, a few minutes.
  net   on real sockets: staging and production in network namespaces with real servers, agents and a controller
END
}

tier=${1:-}
[ $# -gt 0 ] && shift
case $tier in
sim | net) exec "$root/scripts/lab-$tier.sh" "$@" ;;
-h | --help) usage ;;
'')
    usage >&2
    bad_usage "lab needs to know which tier: sim or net"
    ;;
*) bad_usage "lab has no tier '$tier'; there are sim and net (./dev lab --help)" ;;
esac
