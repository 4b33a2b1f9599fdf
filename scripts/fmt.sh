#!/usr/bin/env bash
# Formats our C++ sources in place; --check only says what would change, and fails if anything would.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
# A tree without its history (a tarball, another user's clone) has no list of its own.
sources() {
    git ls-files -- '*.cpp' '*.hpp' 2>/dev/null | grep . ||
        find base model probes agent controller tests -name '*.cpp' -o -name '*.hpp'
}

[ $# -le 1 ] || bad_usage "fmt takes one option at most (./dev fmt --help)"
case ${1:-} in
-h | --help)
    echo "usage: ./dev fmt [--check]"
    echo "Formats every C++ source with clang-format. --check changes nothing and exits 1 if something would change."
    exit 0
    ;;
"" | --check) install_missing ;;
*) bad_usage "fmt knows no option '$1' (./dev fmt --help)" ;;
esac
if [ -z "${1:-}" ]; then
    sources | xargs -d '\n' clang-format -i
    exit 0
fi
complaints=$(sources | xargs -d '\n' clang-format --dry-run --Werror 2>&1) && exit 0
sed -nE 's/^([^:]+):[0-9]+:[0-9]+: error:.*/not formatted: \1/p' <<<"$complaints" | sort -u >&2
grep -q 'error:' <<<"$complaints" || echo "$complaints" >&2
die "run ./dev fmt"
