#!/usr/bin/env bash
# ./dev answers as its help says, from any directory and through a link: help with 0, what it does not know with 2
# and on stderr alone. Nothing here builds anything.
set -euo pipefail
source_dir=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/plumb-dev.XXXXXX")
trap 'rm -rf "$work"' EXIT
ln -s "$source_dir/dev" "$work/plumb-dev"
cd "$work"

expect() { # EXIT-CODE STREAM-THAT-SPEAKS WORDS ARGUMENT...
    local code=$1 stream=$2 words=$3 status=0 silent=err
    shift 3
    ./plumb-dev "$@" >out 2>err </dev/null || status=$?
    [ "$stream" = out ] || silent=out
    [ $status = "$code" ] || { echo "./dev $* exits $status, not $code"; cat out err; exit 1; }
    grep -qF -- "$words" "$stream" || { echo "./dev $* does not say '$words'"; cat out err; exit 1; }
    [ ! -s $silent ] || { echo "./dev $* also speaks on std$silent"; cat $silent; exit 1; }
    if grep -q $'\e' out err; then echo "./dev $* colours what is no terminal"; exit 1; fi
}

expect 0 out 'usage: ./dev COMMAND'
expect 0 out 'usage: ./dev COMMAND' help
for command in setup build test fuzz demo image fmt lint lab bench; do
    expect 0 out "usage: ./dev $command" $command --help
    expect 0 out "usage: ./dev $command" $command -h
done
for command in setup build test fuzz demo bench image fmt lint; do
    expect 2 err nonsense $command --nonsense
done
expect 2 err "no command 'nonsense'" nonsense
expect 2 err 'there are release, debug, asan, tsan, clang and static' build nonsense
expect 2 err 'further' test --all more
expect 2 err 'further' setup --list more
expect 2 err 'option' build release --nonsense
expect 2 err 'text, json or markdown' demo --format xml
expect 2 err 'text, json or markdown' demo --format
expect 2 err 'directory' demo --build
expect 0 out 'window_json' fuzz --list
expect 2 err "no fuzz target 'nonsense'" fuzz nonsense
expect 2 err '--seconds takes a number' fuzz --seconds
expect 2 err '--seconds takes a number' fuzz url --seconds 0
expect 2 err 'sim or net' lab
expect 2 err "no tier 'nonsense'" lab nonsense
expect 0 out 'usage: ./dev lab sim' lab sim --help
expect 2 err 'directory' lab sim --build
expect 0 out 'usage: ./dev lab net' lab net --help
expect 2 err "knows no option 'nonsense'" lab net nonsense
expect 2 err 'needs a value' lab net --scenarios
expect 2 err 'name of a scenario' lab net --only
expect 2 err "there is no directory $work/nowhere" lab net --scenarios nowhere --build .
expect 2 err "$work/./plumb-lab-net is not there" lab net --build .
expect 2 err "no suite 'nonsense'" bench nonsense
expect 2 err 'one suite' bench probes probes
expect 2 err 'name of a bench' bench --only
expect 2 err 'directory' bench --build
expect 0 out 'postgresql-15' setup --list
