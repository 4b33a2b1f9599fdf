#!/usr/bin/env bash
# Runs every command that the README shows (the `$ ` lines of its console blocks), with the programs of one build tree,
# against a kept demo. `aws` is a stand-in that answers as a saved ECS Exec session looks: a banner, carriage returns,
# a prompt, and no exit code. A command of the README that has no expectation here fails the test, and so does output
# that the README shows and the programs do not print.
# shellcheck disable=SC1091,SC2154
set -euo pipefail
source_dir=$1 tree=$2

work=$(mktemp -d "${TMPDIR:-/tmp}/plumb-readme.XXXXXX")
chmod 755 "$work"
export TMPDIR=$work XDG_RUNTIME_DIR=$work
background=()
finish() {
    for pid in "${background[@]}"; do
        if kill "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || true; fi
    done
    "$source_dir/scripts/demo.sh" --stop --build "$tree" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

# Blocks of a kind that nothing here reads would go untested.
if grep -nE '^ *```' "$source_dir/README.md" | grep -vE ':```(console|text|yaml|json)?$'; then
    echo "a block of the README that no test reads"
    exit 1
fi

"$source_dir/scripts/demo.sh" --build "$tree" --keep >"$work/gate.out" 2>"$work/demo.log" ||
    { cat "$work/demo.log"; exit 1; }
read -r state <"$work/plumb-demo-kept.$(id -u)"
. "$state/ports"

free_port() {
    local port
    while :; do
        # Below the ephemeral range: there a connection of somebody's may take the port before we do.
        port=$((10000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port; return; }
    done
}
grpc_port=$(free_port) http_port=$(free_port)

# The variables that an app's task would have, by environment.
task_variables() {
    local net=127.0.10
    [ "$1" = production ] && net=127.0.20
    echo "DATABASE_URL=postgres://app:the%20demo's%20own@$net.1:$postgres_port/postgres"
    echo "REDIS_URL=redis://$net.1:$redis_port/0"
}

mkdir "$work/bin"
cat >"$work/bin/aws" <<'END'
#!/usr/bin/env bash
task='' command=''
case "$1 $2" in
"ecs update-service") exit 0 ;;
"ecs execute-command") ;;
*) echo "aws: unknown command $*" >&2; exit 252 ;;
esac
while [ $# -gt 0 ]; do
    case $1 in --task) task=$2; shift ;; --command) command=$2; shift ;; esac
    shift
done
printf '\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n'
printf '\nStarting session with SessionId: ecs-execute-command-0f1e2d3c4b5a69788\r\n'
mapfile -t variables <"$README_TASKS/$task"
env -i PATH="$PATH" "${variables[@]}" $command 2>&1 | sed 's/$/\r/'
printf '\r\n\r\nExiting session with sessionId: ecs-execute-command-0f1e2d3c4b5a69788.\r\n\r\n'
END
chmod +x "$work/bin/aws"
export PATH=$work/bin:$tree:$PATH README_TASKS=$work/tasks TASK=staging STAGING_TASK=staging PRODUCTION_TASK=production
mkdir "$work/tasks"
task_variables staging >"$work/tasks/staging"
task_variables production >"$work/tasks/production"
while IFS= read -r line; do export "${line?}"; done <"$work/tasks/staging"

cd "$work"
# The README's files: each YAML block whose first line is a comment with its name.
awk '/^```yaml$/ {inside = 1; next} /^```$/ {inside = 0} inside && /^# [a-z.]+$/ {name = $2; next} inside {print > name}' \
    "$source_dir/README.md"
sed -i "s/127.0.0.1:7443/127.0.0.1:$grpc_port/" plumb.yaml
for side in staging production; do
    plumb-agent run --config <(sed "s/^environment: .*/environment: $side/;/^controller:/d" plumb.yaml) --once \
        --output $side.jsonl
done

expected() { # COMMAND: its exit code, "background", or nothing when the command is unknown here
    case $1 in
    "./dev demo" | "./dev test") echo covered ;;
    "plumb-controller serve "* | "plumb-agent run --config plumb.yaml") echo background ;;
    "plumb-agent check" | "plumb-agent explain "* | "plumb-agent validate "*) echo 0 ;;
    "plumb-agent run "*"--once"*) echo 0 ;;
    "aws ecs "*) echo 0 ;;
    "plumbctl diff "*) echo 1 ;;
    "plumbctl gate "*) echo 1 ;;
    "plumbctl compare "* | "plumbctl fleet "*) echo 0 ;;
    "plumbctl judge "*) echo 3 ;; # one window of one run each: not enough to promote
    esac
}

count=0
while IFS= read -r command; do
    count=$((count + 1))
    want=$(expected "$command")
    [ -n "$want" ] || { echo "README command without an expectation: $command"; exit 1; }
    case $command in
    plumbctl*) actual=${command//127.0.0.1:7443/$controller} ;;
    *)
        actual=${command//127.0.0.1:7443/127.0.0.1:$grpc_port}
        actual=${actual//127.0.0.1:7480/127.0.0.1:$http_port}
        ;;
    esac
    case $want in
    covered)
        (cd "$source_dir" && $command --help >/dev/null) || { echo "failed: $command --help"; exit 1; }
        ;;
    background)
        # shellcheck disable=SC2086
        $actual >>background.log 2>&1 &
        background+=($!)
        ;;
    *)
        status=0
        eval "$actual" >output.log 2>&1 || status=$?
        cat output.log >>"$work/all.out"
        echo "$status  $command"
        [ "$status" = "$want" ] || { echo "expected exit code $want"; cat output.log; exit 1; }
        ;;
    esac
done < <(awk '/^```console$/ {inside = 1; next} /^```$/ {inside = 0} inside && sub(/^\$ /, "")' "$source_dir/README.md")

for pid in "${background[@]}"; do
    kill -0 "$pid" 2>/dev/null || { echo "a command that should go on running ended:"; cat background.log; exit 1; }
done
# Commands within the text: known, with their options, by their help.
# shellcheck disable=SC2016
while IFS= read -r command; do
    case $command in ./dev*) cd "$source_dir" ;; *) cd "$work" ;; esac
    help=$(${command%% --*} --help) || { echo "failed: $command --help"; exit 1; }
    for word in $command; do
        case $word in --*) grep -qF -- "$word" <<<"$help" || { echo "no such option: $command"; exit 1; } ;; esac
    done
done < <(sed '/^```/,/^```$/d' "$source_dir/README.md" |
    grep -oE '`(\./dev|plumb-agent|plumb-controller|plumbctl) [^`]*`' | tr -d '`' | sort -u)

# What the README shows is what the programs print, numbers and line breaks apart; … leaves something out.
mapfile -t variables <"$work/tasks/production"
env -i "${variables[@]}" SEARCH_URL=http://search.internal "$tree/plumb-agent" check \
    --resolver "127.0.20.53:$dns_port" >"$work/check.out" || true
plain() {
    LC_ALL=C.UTF-8 sed -E 's/[█▉▊▋▌▍▎▏░]+/#/g; s/[0-9][0-9.,]*/N/g; s/\<N (ns|µs|ms|s|Ki|Mi|Gi)\>/N T/g' | tr -s ' \n' ' ' |
        sed 's/suspect this task was busy or throttled during the run; its durations may be its own //g; s/busy · //g'
}
real=$(cat "$work/gate.out" "$work/check.out" "$work/all.out" | plain)
shown=0
while IFS= read -r -d '' paragraph; do
    paragraph=$(plain <<<"$paragraph")
    paragraph=${paragraph# } paragraph=${paragraph% }
    [ -n "$paragraph" ] || continue
    shown=$((shown + 1))
    [[ $real == *"$paragraph"* ]] || { echo "the README shows what no program printed: $paragraph"; exit 1; }
done < <(awk '/^```text$/ {inside = 1; next} /^```$/ {if (inside) printf "%c", 0; inside = 0}
    inside && (/^$/ || /^ *…$/) {printf "%c", 0; next} inside' "$source_dir/README.md")
[ $shown -ge 15 ] || { echo "only $shown paragraphs of output found in the README"; exit 1; }

grep -q 'dev test' "$source_dir/.ci/run" || { echo ".ci/run does not call the README's test command"; exit 1; }
[ $count -ge 15 ] || { echo "only $count commands found in the README"; exit 1; }
echo "$count commands of the README do what it says"
