#!/usr/bin/env bash
# The rule of docs/architecture.md: who may include whom. Fails with the line that breaks it.
set -euo pipefail
cd "$1"
failed=0

forbid() { # FOLDER PATTERN WHY
    local found
    found=$(grep -rnE "^#include $2" --include='*.hpp' --include='*.cpp' "$1") || return 0
    printf '%s: %s\n%s\n' "$1" "$3" "$found"
    failed=1
}

forbid base '"(model|proto|probes|agent|controller|plumb/v1)/' 'base stands on nothing of ours'
forbid model '"(proto|probes|agent|controller|plumb/v1)/' 'model may include base only'
forbid model '<(boost/asio|grpcpp|sqlite3|sys/socket)' 'model does no I/O'
forbid proto '"(probes|agent|controller)/' 'the wire form may include model and base only'
forbid probes '"(proto|agent|controller|plumb/v1)/' 'probes may include model and base only'
forbid probes '"model/(window|accumulator)' 'probes know no windows'
forbid probes '<(grpcpp|yaml-cpp)/' 'probes know no gRPC and no configuration file'
forbid agent '"controller/' 'the agent knows nothing of the controller'
forbid controller '"(probes|agent)/' 'the controller may include model and base only'
forbid controller/judge '("controller/(store|ingest|api|web|ctl)/|<grpcpp/|<sqlite3|"plumb/v1/|"proto/)' 'the judge is pure'
forbid controller/store '("controller/(ingest|api|web|ctl)/|<grpcpp/)' 'the store knows neither gRPC nor its callers'

# The rooms of the judge, from the bottom up: each may include those before it.
above=
for room in report answer latency gauges facts failures tasks scope evidence policy finding statistics; do
    [ -d "controller/judge/$room" ] || { echo "controller/judge/$room is gone: name its rooms here"; failed=1; }
    forbid "controller/judge/$room" "\"controller/judge/(${above}judge\.hpp)" 'a room of the judge knows those below it only'
    above+="$room/|"
done
[ "$(find controller/judge -mindepth 1 -type d | wc -l)" = 12 ] || { echo 'a room of the judge is not named here'; failed=1; }

for folder in agent/*/ agent; do
    [ "$folder" = agent/report/ ] && continue
    hits=$(grep -nE '^#include (<grpcpp/|"plumb/v1/|"proto/)' "$folder"/*.hpp "$folder"/*.cpp 2>/dev/null) || continue
    printf 'only agent/report knows gRPC:\n%s\n' "$hits"
    failed=1
done
exit $failed
