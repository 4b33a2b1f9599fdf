#!/usr/bin/env bash
# A real agent and a real controller that is killed with SIGKILL, again and again, in the middle of the stream: the
# agent goes on probing, and each window that it made stands in the store once. The planted password is nowhere.
set -euo pipefail
tree=$1
secret=plant3d-s3cret

work=$(mktemp -d "${TMPDIR:-/tmp}/plumb-delivery.XXXXXX")
controller='' agent=''
finish() {
    for pid in $agent $controller; do kill -KILL "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
fail() {
    echo "$*"
    tail -n 5 "$work"/*.log
    exit 1
}
await() { # TENTHS COMMAND...
    local tenths=$1
    shift
    for ((; tenths > 0; tenths--)); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

serving() { grep -q '^listening' "$work/controller.log"; }
start_controller() { # ADDRESS
    : >"$work/controller.log"
    "$tree/plumb-controller" serve --listen "$1" --http 127.0.0.1:0 --store "sqlite:$work/plumb.db" \
        >>"$work/controller.log" 2>&1 &
    controller=$!
    await 100 serving || fail "the controller does not serve"
    address=$(sed -n 's/^listening grpc=\([^ ]*\).*/\1/p' "$work/controller.log")
}
made() { wc -l <"$work/windows.jsonl"; }
made_at_least() { [ "$(made)" -ge "$1" ]; }
stored() { # FIELD of the only agent, as the controller tells it
    "$tree/plumbctl" fleet --controller "$address" --format json | grep -oE "\"$1\": ?[0-9]+" | grep -oE '[0-9]+$'
}
stored_some() { [ "$(stored windows || echo 0)" -ge 1 ]; }

start_controller 127.0.0.1:0
cat >"$work/plumb.yaml" <<END
controller: $address
environment: staging
service: checkout
window: 100ms
targets:
  cache: {url: "redis://:$secret@127.0.0.1:1/0", interval: 50ms, timeout: 1s}
END
"$tree/plumb-agent" run --config "$work/plumb.yaml" --output "$work/windows.jsonl" 2>"$work/agent.log" &
agent=$!
await 100 stored_some || fail "no window arrived"

for _ in 1 2 3; do
    before=$(made)
    kill -KILL $controller
    wait $controller 2>/dev/null || true
    await 100 made_at_least $((before + 4)) || fail "the agent stopped probing while the controller was away"
    start_controller "$address"
    await 200 stored_some || fail "the store lost what it had acknowledged"
done

kill -TERM $agent
wait $agent || fail "the agent did not end with 0"
agent=''
count=$(made)
# Windows are numbered from 1 without gaps, so as many as the last number means each of them, once.
[ "$(stored last_sequence)" = "$count" ] || fail "made $count windows, the last stored is $(stored last_sequence)"
[ "$(stored windows)" = "$count" ] || fail "made $count windows, stored $(stored windows)"
if grep -rlF "$secret" "$work" --exclude=plumb.yaml; then fail "the planted password is in these files"; fi
echo "$count windows made, $count stored, each once"
