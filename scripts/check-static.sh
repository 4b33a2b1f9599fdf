#!/usr/bin/env bash
# Proves of a static agent what the README promises: one file without shared libraries, stripped, at most
# 16,000,000 bytes, and able to probe from an empty root directory.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
agent=${1:-build/static/plumb-agent}
limit=16000000

[ -x "$agent" ] || die "$agent is not there; ./dev build static makes it"
linkage=$(ldd "$agent" 2>&1 || true) # ldd fails on what is static
grep -qE 'not a dynamic executable|statically linked' <<<"$linkage" || die "$agent needs shared libraries"
if readelf -SW "$agent" | grep -c '\.symtab' >/dev/null; then die "$agent is not stripped"; fi
size=$(stat -c %s "$agent")
[ "$size" -le $limit ] || die "$agent has $size bytes; the limit is $limit"

# An empty root: the agent, a configuration, an authority. unshare makes the chroot without privileges.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$agent" "$root/plumb-agent"
printf 'environment: empty\nservice: root\ntargets:\n  self: tcp://127.0.0.1:1\n' >"$root/plumb.yaml"
enter() {
    if [ "$(id -u)" = 0 ]; then chroot "$root" "$@"; else unshare --map-root-user --root="$root" "$@"; fi
}
enter /plumb-agent version >/dev/null || die "the agent does not start in an empty root"
enter /plumb-agent validate --config /plumb.yaml >/dev/null || die "the agent does not read its configuration in an empty root"
status=0
answer=$(enter /plumb-agent check --config /plumb.yaml --format json) || status=$?
[ $status = 1 ] || die "a refused connection should give exit 1, not $status"
grep -q '"tcp.refused"' <<<"$answer" || die "a refused connection is not told as tcp.refused: $answer"
printf '%s%s: static, stripped, %s bytes (limit %s), runs in an empty root%s\n' "$green" "$agent" "$size" $limit "$plain"
