#!/usr/bin/env bash
# The pages under docs/ say what the programs of one build tree do: docs/causes.md is what plumb-agent explains,
# docs/probes.md what its probes measure; docs/configuration.md names every option that a probe reads, and its YAML
# is accepted as it stands there.
set -euo pipefail
source_dir=$1 tree=$2
cd "$source_dir"

work=$(mktemp -d "${TMPDIR:-/tmp}/plumb-docs.XXXXXX")
trap 'rm -rf "$work"' EXIT
fail() {
    echo "$*"
    exit 1
}

scripts/causes.sh "$tree/plumb-agent" | diff docs/causes.md - ||
    fail "docs/causes.md is out of date: scripts/causes.sh build/release/plumb-agent >docs/causes.md"

scripts/probes.sh "$tree/plumb-agent" | diff docs/probes.md - ||
    fail "docs/probes.md is out of date: scripts/probes.sh build/release/plumb-agent >docs/probes.md"

mapfile -t files < <(grep -rl --include='*.cpp' ' kOptions{' probes)
mapfile -t options < <(sed -n '/ kOptions{/,/};/s/^ *\(Option\)\?{"\([a-z_]*\)".*/\2/p' "${files[@]}" | sort -u)
[ ${#options[@]} -ge 20 ] || fail "found only ${#options[@]} options in the probes: ${options[*]}"
for option in "${options[@]}"; do
    grep -qE "\`${option}[\`=]" docs/configuration.md || fail "docs/configuration.md does not name the option '$option'"
done

awk -v dir="$work" '/^```yaml$/ {inside = 1; next} /^```$/ {inside = 0} inside && /^# [a-z.]+$/ {name = $2; next}
    inside {print > (dir "/" name)}' docs/configuration.md
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Docs CA" \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
echo "an-agent-of-staging-0001" >"$work/token"
echo "a-key-that-both-environments-share" >"$work/token-fingerprint"
sed -i "s|/etc/plumb/ca.pem|$work/ca.pem|;s|/run/secrets/plumb|$work/token|" "$work/agent.yaml"
DATABASE_URL=postgres://app:secret@db.internal/x "$tree/plumb-agent" validate --config "$work/agent.yaml" ||
    fail "plumb-agent does not accept docs/configuration.md's agent.yaml"

status=0
: >"$work/none.jsonl"
"$tree/plumbctl" judge --baseline "$work/none.jsonl" --candidate "$work/none.jsonl" --policy "$work/policy.yaml" \
    >"$work/out" 2>&1 || status=$?
[ $status = 3 ] || { cat "$work/out"; fail "plumbctl does not accept docs/configuration.md's policy.yaml"; }

"$tree/plumb-controller" serve --listen 127.0.0.1:0 --http 127.0.0.1:0 --store "sqlite:$work/plumb.db" \
    --tokens "$work/tokens.yaml" --policy "$work/policy.yaml" >"$work/out" 2>&1 &
controller=$!
for _ in {1..100}; do
    if grep -q '^listening' "$work/out" || ! kill -0 $controller 2>/dev/null; then break; fi
    sleep 0.1
done
if kill $controller 2>/dev/null; then wait $controller 2>/dev/null || true; fi
grep -q '^listening' "$work/out" || { cat "$work/out"; fail "plumb-controller does not accept docs/configuration.md's tokens.yaml"; }
echo "docs/ is current"
