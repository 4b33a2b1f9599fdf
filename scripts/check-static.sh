#!/usr/bin/env bash
# Proves of a static agent what the README promises: one file without shared libraries, stripped, at most
# 16,000,000 bytes, and at work in an empty root directory that holds a configuration and a CA file: it resolves a
# name, verifies a certificate through that CA, and finds its resolver in resolv.conf, in a flag, or where ECS has it.
# That no crash of it writes its memory anywhere; and that it sees itself all the same, as nobody in a container, where
# the files below /proc of what may not be dumped are not its own.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
agent=${1:-build/static/plumb-agent}
limit=16000000
PATH=$PATH:/usr/sbin:/sbin # a plain user's has no dnsmasq and no chroot

[ -x "$agent" ] || die "$agent is not there; ./dev build static makes it"
linkage=$(ldd "$agent" 2>&1 || true) # ldd fails on what is static
grep -qE 'not a dynamic executable|statically linked' <<<"$linkage" || die "$agent needs shared libraries"
if readelf -SW "$agent" | grep -c '\.symtab' >/dev/null; then die "$agent is not stripped"; fi
size=$(stat -c %s "$agent")
[ "$size" -le $limit ] || die "$agent has $size bytes; the limit is $limit"

work=$(mktemp -d)
root=$work/root
servers=()
finish() {
    [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
mkdir "$root"
cp "$agent" "$root/plumb-agent"

# unshare makes the chroot without privileges, where the kernel lets a plain user have namespaces.
enter() {
    if [ "$(id -u)" = 0 ]; then
        env -i "$(command -v chroot)" "$root" "$@"
    else
        env -i "$(command -v unshare)" --map-root-user --root="$root" "$@"
    fi
}
if [ "$(id -u)" != 0 ] && ! unshare --map-root-user true 2>/dev/null; then
    printf '%s: static, stripped, %s bytes (limit %s); NOT tried in an empty root: this user may make no namespace\n' \
        "$agent" "$size" $limit
    exit 0
fi
enter /plumb-agent version >/dev/null || die "the agent does not start in an empty root"

start_tls_server() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Check CA" \
        -keyout "$work/ca.key" -out "$root/ca.pem"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=inside.test" \
        -keyout "$work/server.key" -out "$work/server.csr"
    openssl x509 -req -in "$work/server.csr" -CA "$root/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 1 \
        -extfile <(echo "subjectAltName=DNS:inside.test") -out "$work/server.pem"
    openssl s_server -www -accept 127.0.0.1:0 -cert "$work/server.pem" -key "$work/server.key" \
        </dev/null >"$work/tls.out" &
    servers+=($!)
} 2>>"$work/log"

start_name_server() {
    for _ in {1..20}; do
        dns_port=$((10000 + RANDOM % 10000))
        dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --user= --group= \
            --pid-file= --listen-address=127.0.0.1 --port=$dns_port --address=/test/127.0.0.1 2>>"$work/log" &
        local server=$!
        for _ in {1..50}; do
            kill -0 $server 2>/dev/null || continue 2 # the port was another one's
            if (exec 3<>"/dev/tcp/127.0.0.1/$dns_port") 2>/dev/null; then
                servers+=("$server")
                return 0
            fi
            sleep 0.1
        done
        kill $server
    done
    die "no name server: $(tail -n 2 "$work/log")"
}

expect() { # EXIT-CODE WORDS-OF-THE-ANSWER ARGUMENT...: what check says in the empty root
    local code=$1 words=$2 status=0 answer
    shift 2
    answer=$(enter /plumb-agent check "$@" --format json 2>&1) || status=$?
    if [ $status = "$code" ] && grep -qF -- "$words" <<<"$answer"; then return 0; fi
    die "in an empty root, check $* should exit $code and say $words; it exited $status and said: $answer"
}

# A process that may not be dumped has its files below /proc belong to root (proc(5)), whoever runs it: no core pattern
# gets its memory then, neither a file's nor a pipe's (core(5)).
expect_no_core() {
    local run=(unshare --map-root-user "--root=$root") pid owner cores
    [ "$(id -u)" != 0 ] || run=(chroot --userspec=65534:65534 "$root")
    (ulimit -c unlimited && exec env -i "$(command -v "${run[0]}")" "${run[@]:1}" /plumb-agent run --config /plumb.yaml \
        --output -) >"$work/windows" 2>>"$work/log" &
    pid=$!
    servers+=($pid)
    for _ in {1..100}; do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != plumb-agent ] || [ "$(stat -c %u "/proc/$pid/environ")" != 0 ] || break
        sleep 0.1
    done
    owner=$(stat -c %u "/proc/$pid/environ") || die "the agent does not run there: $(tail -n 2 "$work/log")"
    cores=$(awk '/^Max core file size/ {print $5 "," $6}' "/proc/$pid/limits")
    [ "$owner,$cores" = 0,0,0 ] || die "a crash of the agent would write its memory: owner $owner, core size $cores"
}

# What follows runs in new namespaces, as the first process or beside it: what a container's runtime does before it
# starts the program, and the program as nobody, who cannot regain anything.
be_container() {
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -o remount,bind,ro "$root"
}
as_nobody() { # ARGUMENT...: in the place of this shell
    exec env -i "$(command -v setpriv)" --no-new-privs "$(command -v chroot)" --userspec=65534:65534 "$root" \
        /plumb-agent "$@"
}
ask_health() { # prints what `health` exits with before, while and after an agent runs
    local agent before=0 during=0 after=0
    be_container
    (as_nobody health) >&2 || before=$?
    as_nobody run --config /plumb.yaml --output - >/dev/null &
    agent=$!
    for _ in {1..100}; do
        during=0
        (as_nobody health) >&2 || during=$?
        [ $during != 0 ] || break
        sleep 0.1
    done
    kill $agent
    wait $agent || true
    (as_nobody health) >&2 || after=$?
    echo $before $during $after
}
in_container() { # WORDS-OF-BASH
    unshare --mount --pid --fork --kill-child bash -euc "$1" 2>>"$work/log"
}

expect_sight_without_rights() {
    local answer fact
    export root
    export -f be_container as_nobody ask_health
    answer=$(in_container 'be_container; as_nobody check --config /plumb.yaml --only trusted --format json') ||
        die "as nobody in a container, check fails: $answer $(tail -n 2 "$work/log")"
    for fact in '"task.user":"uid 65534 gid 65534"' '"task.capabilities":"none"' '"task.no_new_privileges":"yes"' \
        '"task.read_only_root":"yes"' '"sockets.census":"netlink"' '"task.descriptors":{"value":'; do
        grep -qF -- "$fact" <<<"$answer" || die "as nobody in a container, check should tell $fact; it said: $answer"
    done
    answer=$(in_container ask_health) || die "as nobody in a container: $(tail -n 2 "$work/log")"
    [ "$answer" = "1 0 1" ] ||
        die "before, while and after an agent runs, health should exit with 1 0 1; it did with $answer"
}

start_tls_server || die "no TLS server: $(tail -n 2 "$work/log")"
start_name_server
for _ in {1..100}; do
    tls_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$work/tls.out")
    [ -z "$tls_port" ] || break
    sleep 0.1
done
cat >"$root/plumb.yaml" <<END
environment: empty
service: root
resolver: 127.0.0.1:$dns_port
targets:
  trusted: tls://inside.test:$tls_port?ca=/ca.pem
  misnamed: tls://outside.test:$tls_port?ca=/ca.pem
  untrusted: tls://inside.test:$tls_port
  refused: tcp://127.0.0.1:1
END
enter /plumb-agent validate --config /plumb.yaml >/dev/null || die "the agent does not read its configuration there"
expect 0 '"tls.trust_store":"/ca.pem"' --config /plumb.yaml --only trusted
expect 1 '"tls.name_mismatch"' --config /plumb.yaml --only misnamed
expect 1 '"local.trust_store"' --config /plumb.yaml --only untrusted
expect 1 '"tcp.refused"' --config /plumb.yaml --only refused
expect 0 "\"dns.resolver\":\"127.0.0.1:$dns_port\"" --resolver "127.0.0.1:$dns_port" --target name=dns://inside.test
expect 1 '"dns.resolver":"169.254.169.253:53"' --timeout 200ms --target name=dns://inside.test
expect_no_core
mkdir "$root/proc" "$root/etc"
sight=''
if [ "$(id -u)" = 0 ]; then
    expect_sight_without_rights
    sight=', and sees itself without any rights'
fi
echo "nameserver 127.0.0.77" >"$root/etc/resolv.conf"
expect 1 '"dns.resolver":"127.0.0.77:53"' --timeout 200ms --target name=dns://inside.test
printf '%s%s: static, stripped, %s bytes (limit %s); resolves and verifies in an empty root, leaves no core%s%s\n' \
    "$green" "$agent" "$size" $limit "$sight" "$plain"
