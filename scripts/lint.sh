#!/usr/bin/env bash
# clang-tidy over our sources, as .clang-tidy has it; exits 1 if it complains.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

every_source() { git ls-files -- '*.cpp'; }

# The sources of the last day of work, up to the newest commit and newest first; a changed header counts as its
# source. A day that touched most of the house would take as long as all of it: the newest must do.
most_recent=50
recent_sources() {
    local since files
    since=$(($(git log -1 --format=%ct) - 86400))
    files=$(git log --since=$since --name-only --format= -- '*.cpp' '*.hpp' | sed 's/\.hpp$/.cpp/' |
        awk '!seen[$0]++' | while IFS= read -r file; do [ ! -f "$file" ] || echo "$file"; done)
    [ -n "$files" ] || return 0
    [ "$(wc -l <<<"$files")" -le $most_recent ] ||
        echo "only the newest $most_recent of $(wc -l <<<"$files"); './dev lint' looks at all" >&2
    head -n $most_recent <<<"$files"
}

[ $# -le 1 ] || bad_usage "lint takes one option at most (./dev lint --help)"
sources=every_source
case ${1:-} in
-h | --help)
    echo "usage: ./dev lint [--recent]"
    echo "Runs clang-tidy, as .clang-tidy has it, over every source of ours (some 15 minutes on two cores); exits 1 if"
    echo "it complains. --recent looks only at what the last day of commits touched, $most_recent sources at most."
    exit 0
    ;;
"") ;;
--recent) sources=recent_sources ;;
*) bad_usage "lint knows no option '$1' (./dev lint --help)" ;;
esac
install_missing
[ -f build/debug/build.ninja ] || cmake --preset debug >"$(log_file configure-debug)" 2>&1
cmake --build build/debug --target plumb_proto plumb_health_proto >/dev/null

# What it counts in other people's headers goes to stderr; a crash is told by the exit code.
$sources | xargs -r -d '\n' -P "$(jobs_here)" -n 2 clang-tidy -quiet -p build/debug 2>"$(log_file lint)" ||
    die "clang-tidy complains (what it wrote to stderr is in $(log_file lint))"
