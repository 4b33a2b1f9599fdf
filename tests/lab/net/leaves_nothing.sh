#!/usr/bin/env bash
# The laboratory is ended in the middle of a scenario. After a kill -9, which it cannot hear, no process of it stays, and
# the next laboratory clears its folder and its cgroups; otherwise nothing does. Shared memory is the scenario's own
# while it runs, and so goes with it.
set -euo pipefail
build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/plumb-lab.XXXXXX")
runner=
trap '[ -z "$runner" ] || { kill "$runner" && wait "$runner"; } 2>/dev/null || true; rm -rf "$work"' EXIT
export TMPDIR=$work/tmp
mkdir "$TMPDIR" "$work/scenarios"
chmod 755 "$work" # PostgreSQL is another user
cat >"$work/scenarios/endless.yaml" <<'END'
about: a scenario with all that could be left behind
dependencies: [database, cache]
fleet: {zones: [a], each: 1}
task: true
setup:
  - cpu: {percent: 60}
expect: {verdict: promote, warnings: true}
windows: 60
END

folder=none
left=none # of the one that was killed
# Those that have its folder among their words; the pattern does not match itself.
processes() { grep -ls -- "[/]${1#/}" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 || true; }
groups() { find /sys/fs/cgroup -maxdepth 6 -type d -name "$1-1-*" 2>/dev/null || true; }
fail() {
    echo "$*"
    cat "$work/said"
    exit 1
}
eventually() { # SECONDS COMMAND...: until it succeeds
    local until=$((SECONDS + $1))
    shift
    while ! "$@"; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.1
    done
}
agents_run() { # and everything before them
    kill -0 "$runner" 2>/dev/null || return 0 # it has ended: what is looked at next is not there
    [ ! -e "$TMPDIR/$left" ] || return 1      # the next is only starting
    ls "$TMPDIR"/plumb-test-*/1/gate-01.json >/dev/null 2>&1
}
none_left() { [ -z "$(processes "$work")" ]; }

for signal in KILL INT HUP; do
    "$build/plumb-lab-net" --build "$build" --scenarios "$work/scenarios" --logs "$work/logs" >"$work/said" 2>&1 &
    runner=$!
    eventually 240 agents_run || fail "the scenario does not start, or does not clear $left"
    if grep 'not permitted\|needs root' "$work/said"; then exit 0; fi # ctest takes it for skipped
    kill -0 "$runner" 2>/dev/null || fail "it ended by itself"
    folder=$(basename "$(dirname "$TMPDIR"/plumb-test-*/1)")
    [ -z "$(groups "$left")" ] || fail "groups of the one before are still there: $(groups "$left")"
    [ -n "$(groups "$folder")" ] || fail "no cgroup was made: nothing would be proved"
    server=$(processes "$TMPDIR" | while read -r one; do
        grep -qsa 'bin/postgres' "/proc/$one/cmdline" && echo "$one" && break
    done) || true
    [ -n "$server" ] || fail "PostgreSQL does not run"
    [ "$(readlink "/proc/$server/ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ] || fail "it shares System V's memory"
    [ "$(stat -c %d "/proc/$server/root/dev/shm")" != "$(stat -c %d /dev/shm)" ] || fail "it shares /dev/shm"

    code=0
    kill -$signal $runner
    wait $runner 2>/dev/null || code=$?
    runner=
    if [ $signal = KILL ]; then
        eventually 20 none_left || fail "after a kill -9 there run: $(processes "$work")"
        left=$folder
        continue
    fi
    [ $code -gt 128 ] || fail "after SIG$signal it exits $code"
    none_left || fail "after SIG$signal there run: $(processes "$work")"
    [ -z "$(groups "$folder")" ] || fail "after SIG$signal there are: $(groups "$folder")"
    [ -z "$(ls "$TMPDIR")" ] || fail "after SIG$signal there lies: $(ls "$TMPDIR")"
done
