#!/usr/bin/env bash
# Formats our C++ sources in place; --check only says what would change, and fails if anything would.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
case ${1:-} in
"") git ls-files -- '*.cpp' '*.hpp' | xargs clang-format -i ;;
--check)
    git ls-files -- '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror 2>&1 | grep -E 'error:' | cut -d: -f1 |
        sort -u | sed 's/^/not formatted: /' >&2 && die "run ./dev fmt" || true
    ;;
-h | --help)
    echo "usage: ./dev fmt [--check]"
    echo "Formats every C++ source with clang-format. --check changes nothing and exits 1 if something would change."
    ;;
*) bad_usage "fmt knows no option '$1'" ;;
esac
