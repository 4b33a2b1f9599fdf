#!/usr/bin/env bash
# Builds the fuzz targets and runs them under libFuzzer; exits 1 when one crashed. What crashed is kept as a regression
# input (docs/testing.md).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

tree=build/fuzz
found=$tree/found # what libFuzzer writes: crashes, and a log for each target
# A parser that takes a gigabyte or seconds for eight kilobytes is as broken as one that crashes; the seconds leave room
# for a machine that has more to do.
limits=(-timeout=20 -rss_limit_mb=1024 -max_len=8192)

usage() {
    cat <<'END'
usage: ./dev fuzz [TARGET...] [--seconds N] [--seed N] [--list]
Builds the fuzz targets with clang and runs each for N seconds (300), as many at once as there are processors. Exits 1
when one crashed: the input is then kept in tests/fuzz/regressions/TARGET/, and every later ./dev test runs it.
--seed begins with N (any, by chance) and leaves what earlier runs found aside: the same inputs again on the same
build. --list prints the targets.
END
}

every_target() { sed -nE 's/^plumb_fuzz\(([a-z0-9_]+) .*/\1/p' tests/fuzz/CMakeLists.txt; }

is_target() { every_target | grep -qx -- "$1"; }

# The part of a log line that counts runs: "#123456 … cov: 900 …" → "123,456 runs".
runs_of() { sed -nE 's/^#([0-9]+)\s.*/\1/p' "$found/$1.log" 2>/dev/null | tail -n 1 | sed -E ':a;s/^([0-9]+)([0-9]{3})/\1,\2/;ta'; }

start() { # TARGET
    local target=$1 corpus=$tree/corpus/$1 options=("${limits[@]}")
    rm -rf "${found:?}/$target"
    if [ -n "$seed" ]; then
        corpus=$found/$target/corpus # empty, whatever earlier runs found
        options+=("-seed=$seed")
    fi
    mkdir -p "$corpus" "$found/$target"
    local inputs=("$corpus" "tests/fuzz/corpus/$target") # libFuzzer writes into the first
    [ ! -d "tests/fuzz/regressions/$target" ] || inputs+=("tests/fuzz/regressions/$target")
    [ ! -f "tests/fuzz/dictionaries/$target.dict" ] || options+=("-dict=tests/fuzz/dictionaries/$target.dict")
    UBSAN_OPTIONS=print_stacktrace=1 nice "$tree/tests/fuzz_$target" "${options[@]}" -max_total_time="$seconds" \
        -artifact_prefix="$found/$target/" "${inputs[@]}" >"$found/$target.log" 2>&1 </dev/null &
    running[$!]=$target
    began[$!]=$SECONDS
}

# Keeps what crashed where ./dev test finds it, and says how to see it again.
keep_crash() { # TARGET
    local target=$1 input name kept=no
    grep -aE '^(what must hold|SUMMARY|[^ ]+: runtime error)|ERROR: ' "$found/$target.log" | head -n 3 | sed 's/^/  /' >&2
    for input in "$found/$target"/*; do
        name=${input##*/}
        case $name in crash-* | timeout-* | oom-* | leak-*) ;; *) continue ;; esac
        mkdir -p "tests/fuzz/regressions/$target"
        cp "$input" "tests/fuzz/regressions/$target/$name"
        kept=yes
        printf '  kept as tests/fuzz/regressions/%s/%s; to see it again:\n    %s/tests/fuzz_%s tests/fuzz/regressions/%s/%s\n' \
            "$target" "$name" "$tree" "$target" "$target" "$name" >&2
    done
    [ $kept = yes ] || printf '  it left no input; see %s/%s.log\n' "$found" "$target" >&2
}

end() { # PID STATUS
    local target=${running[$1]}
    unset "running[$1]" "began[$1]"
    done_count=$((done_count + 1))
    if [ "$2" = 0 ]; then
        printf '[%d/%d] %s: %s runs\n' "$done_count" ${#targets[@]} "$target" "$(runs_of "$target")" >&2
    else
        printf '%s[%d/%d] %s crashed%s\n' "$red" "$done_count" ${#targets[@]} "$target" "$plain" >&2
        crashed+=("$target")
        keep_crash "$target"
    fi
}

# A line a minute for what is still at work.
tell_progress() {
    [ $((SECONDS - told)) -ge 60 ] || return 0
    told=$SECONDS
    local pid
    for pid in "${!running[@]}"; do
        printf '%s      %s: %d of %d s, %s runs%s\n' "$dim" "${running[$pid]}" $((SECONDS - began[pid])) "$seconds" \
            "$(runs_of "${running[$pid]}")" "$plain" >&2
    done
}

wait_for_one() {
    while true; do
        local pid status
        for pid in "${!running[@]}"; do
            kill -0 "$pid" 2>/dev/null && continue
            status=0
            wait "$pid" || status=$?
            end "$pid" $status
            return
        done
        tell_progress
        sleep 0.2
    done
}

stop_all() { [ ${#running[@]} = 0 ] || kill "${!running[@]}" 2>/dev/null || true; }

seconds=300
seed=
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --list) every_target; exit 0 ;;
    --seconds)
        [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || bad_usage "--seconds takes a number of seconds from 1 (./dev fuzz --help)"
        seconds=$2
        shift
        ;;
    --seed)
        [[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || bad_usage "--seed takes a number from 1 (./dev fuzz --help)"
        seed=$2
        shift
        ;;
    -*) bad_usage "fuzz knows no option '$1' (./dev fuzz --help)" ;;
    *)
        is_target "$1" || bad_usage "no fuzz target '$1'; './dev fuzz --list' prints them"
        targets+=("$1")
        ;;
    esac
    shift
done
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(every_target)

install_missing
[ -f $tree/build.ninja ] || cmake --preset fuzz >"$(log_file configure-fuzz)" 2>&1 ||
    die "configuring failed; see $(log_file configure-fuzz)"
nice cmake --build $tree --parallel "$(jobs_here)" --target "${targets[@]/#/fuzz_}" >"$(log_file build-fuzz)" 2>&1 ||
    { tail -n 40 "$(log_file build-fuzz)" >&2; die "building failed; see $(log_file build-fuzz)"; }

declare -a running=() began=() # by process
crashed=()
done_count=0
told=$SECONDS
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p $found
jobs=$(jobs_here)
for target in "${targets[@]}"; do
    while [ ${#running[@]} -ge "$jobs" ]; do wait_for_one; done
    start "$target"
done
while [ ${#running[@]} -gt 0 ]; do wait_for_one; done
[ ${#crashed[@]} = 0 ] || die "${#crashed[@]} of ${#targets[@]} targets crashed: ${crashed[*]}"
printf '%s%d targets, no crash%s\n' "$green" ${#targets[@]} "$plain" >&2
