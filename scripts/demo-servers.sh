# The demo's servers, agents and faults; scripts/demo.sh tells the story.
# shellcheck shell=bash disable=SC2154,SC2086
#
# Each side owns one loopback network, the same ports on both: HOST.1 the servers, HOST.53 dnsmasq. Names are the same
# on both sides too (database.internal, cache.internal …), as in a real pair of environments.

postgres_bin=/usr/lib/postgresql/15/bin

as_nobody() { # prefix that drops root; a plain user runs the servers as himself
    if [ "$(id -u)" = 0 ]; then
        echo setpriv --reuid=nobody --regid=nogroup --clear-groups
    fi
}

own() { if [ "$(id -u)" = 0 ]; then chown -R nobody:nogroup "$@"; fi; }

make_state() {
    hold_signals
    state=$(mktemp -d "${TMPDIR:-/tmp}/plumb-demo.XXXXXX")
    chmod 755 "$state"
    # shellcheck disable=SC2046
    if ! $(as_nobody) test -x "$state"; then # a private TMPDIR of root's: the servers, as nobody, need another place
        rmdir "$state"
        state=$(mktemp -d /tmp/plumb-demo.XXXXXX)
        chmod 755 "$state"
    fi
    mkdir "$state/log"
    release_signals
}

accepts() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# Every port in use, in hexadecimal, whatever the address. Not by connecting: a connection to the port of another
# demo's that hangs would hang, too.
ports_in_use() { sed -nE 's/^ *[0-9]+: [0-9A-F]+:([0-9A-F]{4}) .*/\1/p' /proc/net/{tcp,tcp6,udp,udp6} 2>/dev/null || true; }

choose_ports() {
    local base taken offset port
    taken=" $(ports_in_use | tr '\n' ' ') "
    for _ in {1..50}; do
        base=$((20000 + RANDOM % 10000)) # below the ephemeral range
        for offset in 0 1 2 3 4 5; do
            printf -v port %04X $((base + offset))
            [[ $taken != *" $port "* ]] || continue 2
        done
        postgres_port=$base redis_port=$((base + 1)) https_port=$((base + 2)) http_port=$((base + 3))
        orders_port=$((base + 4)) dns_port=$((base + 5))
        return 0
    done
    die "found no free ports on loopback"
}

make_authority() { # NAME: an authority and a certificate for payments.internal
    local dir=$state/tls/$1
    mkdir -p "$dir"
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/O=Demo/CN=Demo $1 CA" \
            -keyout "$dir/ca.key" -out "$dir/ca.pem"
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=payments.internal" \
            -keyout "$dir/server.key" -out "$dir/server.csr"
        openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 60 \
            -extfile <(echo "subjectAltName=DNS:payments.internal") -out "$dir/server.pem"
    } >>"$state/log/openssl.log" 2>&1
}

start_environment() { # NAME NETWORK
    local name=$1 net=$2 dir=$state/$1
    mkdir -p "$dir"/{postgres,redis,nginx,dnsmasq}
    local authority=trusted policy=noeviction
    if [ "$name" = production ] && [ $healthy = no ]; then authority=stranger policy=allkeys-lru; fi
    start_dnsmasq "$name" "$net" "$dir"
    start_redis "$name" "$net" "$dir" $policy
    start_nginx "$name" "$net" "$dir" $authority
    start_postgres "$name" "$net" "$dir"
    # The agents' secret. By file, so that their configuration also serves whoever plays with a kept demo.
    echo "postgres://app:the%20demo's%20own@database.internal:$postgres_port/postgres" >"$dir/database-url"
}

start_dnsmasq() {
    local name=$1 net=$2 dir=$3
    {
        printf 'no-resolv\nno-hosts\nno-daemon\nbind-interfaces\nlisten-address=%s.53\nport=%s\n' "$net" $dns_port
        printf 'local=/internal/\nlocal-ttl=30\n'
        local host
        for host in database cache payments orders search; do
            # The name that production lacks: nobody associated the zone.
            [ $host = search ] && [ "$name" = production ] && [ $healthy = no ] && continue
            printf 'host-record=%s.internal,%s.1\n' $host "$net"
        done
    } >"$dir/dnsmasq/dnsmasq.conf"
    own "$dir/dnsmasq"
    # shellcheck disable=SC2046
    launch "$name-dnsmasq" $(as_nobody) dnsmasq --conf-file="$dir/dnsmasq/dnsmasq.conf" --user= --group= --pid-file=
}

start_redis() {
    local name=$1 net=$2 dir=$3 policy=$4
    printf 'bind %s.1\nport %s\nsave ""\nappendonly no\ndir "%s"\nmaxclients 100\nmaxmemory 64mb\nmaxmemory-policy %s\n' \
        "$net" $redis_port "$dir/redis" "$policy" >"$dir/redis/redis.conf"
    own "$dir/redis"
    # shellcheck disable=SC2046
    launch "$name-redis" $(as_nobody) redis-server "$dir/redis/redis.conf"
}

start_nginx() {
    local name=$1 net=$2 dir=$3 authority=$4
    cp "$state/tls/$authority/server.pem" "$state/tls/$authority/server.key" "$dir/nginx/"
    cat >"$dir/nginx/nginx.conf" <<END
daemon off; worker_processes 1; pid "$dir/nginx/pid"; error_log stderr warn;
events { worker_connections 128; }
http {
  access_log off;
  client_body_temp_path "$dir/nginx/body"; proxy_temp_path "$dir/nginx/proxy";
  fastcgi_temp_path "$dir/nginx/fastcgi"; uwsgi_temp_path "$dir/nginx/uwsgi"; scgi_temp_path "$dir/nginx/scgi";
  server {
    listen $net.1:$https_port ssl;
    ssl_certificate "$dir/nginx/server.pem"; ssl_certificate_key "$dir/nginx/server.key";
    location / { return 200 "paid\n"; }
  }
  server { listen $net.1:$http_port; location / { return 200 "found\n"; } }
  server { listen $net.1:$orders_port; location / { return 200 "ordered\n"; } }
}
END
    if [ "$name" = production ] && [ $healthy = no ]; then
        sed -i "/$net.1:$orders_port/d" "$dir/nginx/nginx.conf"
        # The port where connections hang, as behind a security group that drops.
        launch production-orders "$tree/plumb-lab-stalled-listener" "$net.1" $orders_port
    fi
    own "$dir/nginx"
    # shellcheck disable=SC2046
    launch "$name-nginx" $(as_nobody) nginx -e stderr -p "$dir/nginx" -c "$dir/nginx/nginx.conf"
}

start_postgres() {
    local name=$1 net=$2 dir=$3
    own "$dir/postgres"
    # shellcheck disable=SC2046
    (
        cd "$dir/postgres" || exit
        echo "the demo's own" >password
        own password
        $(as_nobody) $postgres_bin/initdb -D data -U app --pwfile=password --auth=scram-sha-256 --no-sync \
            --no-locale -E UTF8 >"$state/log/$name-initdb.log" 2>&1 || die "initdb failed: $(tail -n 1 "$state/log/$name-initdb.log")"
        cat >>data/postgresql.conf <<END
listen_addresses = '$net.1'
port = $postgres_port
unix_socket_directories = ''
max_connections = 100
fsync = off
shared_buffers = 16MB
max_wal_size = 64MB
dynamic_shared_memory_type = mmap
END
        printf 'host all all 127.0.0.0/8 scram-sha-256\n' >data/pg_hba.conf
        own data
    )
    # shellcheck disable=SC2046
    launch "$name-postgres" $(as_nobody) $postgres_bin/postgres -D "$dir/postgres/data"
}

wait_until_ready() {
    local name net
    for name in staging production; do
        if [ $name = staging ]; then net=127.0.10; else net=127.0.20; fi
        await $name-redis accepts $net.1 $redis_port
        await $name-nginx accepts $net.1 $https_port
        await $name-dnsmasq accepts $net.53 $dns_port
        await $name-postgres $postgres_bin/pg_isready -q -h $net.1 -p $postgres_port
    done
    if [ $healthy = no ]; then await production-orders grep -q ready "$state/log/production-orders.log"; fi
}

# The faults that come after the start: slots and clients held by somebody else. The name, the hanging port, the
# authority and the eviction policy were planted when the servers were configured.
lean_production() {
    # Longer than anybody plays with a kept demo.
    # shellcheck disable=SC2028
    echo '\sleep 86400 s' >"$state/hold.sql"
    PGPASSWORD="the demo's own" launch production-crowd "$postgres_bin/pgbench" -n -h 127.0.20.1 -p $postgres_port \
        -U app -c 90 -j 1 -T 86400 -f "$state/hold.sql" postgres
    launch production-clients redis-benchmark -h 127.0.20.1 -p $redis_port -c 93 -I
    await production-crowd crowd_is_there
}

crowd_is_there() {
    local backends
    backends=$(PGPASSWORD="the demo's own" "$postgres_bin/psql" -h 127.0.20.1 -p $postgres_port -U app -Atc \
        "select count(*) from pg_stat_activity where backend_type = 'client backend'" postgres 2>&1) || return 1
    [ "$backends" -ge 91 ]
}

start_controller() {
    launch controller "$tree/plumb-controller" serve --listen 127.0.0.1:0 --http 127.0.0.1:0 \
        --store "sqlite:$state/plumb.db"
    await controller controller_listens
}

controller_listens() {
    [ -e "$state/log/controller.log" ] || return 1
    controller=$(sed -n 's/.*grpc=\([0-9.:]*\).*/\1/p' "$state/log/controller.log")
    web=$(sed -n 's/.*http=\([0-9.:]*\).*/\1/p' "$state/log/controller.log")
    [ -n "$controller" ] && [ -n "$web" ]
}

start_agent() { # SIDE NUMBER
    local side=$1 number=$2 net=127.0.10
    [ "$side" = production ] && net=127.0.20
    cat >"$state/$side/agent-$number.yaml" <<END
controller: $controller
environment: $side
service: checkout
labels: {task: $side-$number, zone: use1-az$((number % 2 + 1)), revision: "7"}
window: 2s
task: false # this machine's own memory and disk are no part of the play
resolver: $net.53:$dns_port
targets:
  database: {url: "file:$state/$side/database-url", interval: 500ms, timeout: 1s}
  cache: {url: "redis://cache.internal:$redis_port/0", interval: 400ms, timeout: 1s}
  payments: {url: "https://payments.internal:$https_port/", interval: 400ms, timeout: 1s}
  search: {url: "http://search.internal:$http_port/", interval: 400ms, timeout: 1s}
  orders: {url: "tcp://orders.internal:$orders_port", interval: 400ms, timeout: 1s}
END
    # Both sides trust the same authority: it is the image's.
    SSL_CERT_FILE="$state/tls/trusted/ca.pem" \
        launch "$side-agent-$number" "$tree/plumb-agent" run --config "$state/$side/agent-$number.yaml"
}

await_windows() { # until each agent has told four windows: the rules that look at several need three
    printf '%swaiting for the first windows of two seconds %s' "$dim" "$plain" >&2
    local deadline=$((SECONDS + 40))
    while [ $SECONDS -lt $deadline ]; do
        sleep 0.5
        all_run
        printf '.' >&2
        if enough_windows; then
            echo >&2
            return 0
        fi
    done
    echo >&2
    die "the agents did not report: $(tail -q -n 2 "$state"/log/*agent*.log | tr '\n' ' ')"
}

enough_windows() {
    local received
    exec 4<>"/dev/tcp/${web%:*}/${web##*:}" || return 1
    printf 'GET /metrics HTTP/1.0\r\nHost: demo\r\n\r\n' >&4
    received=$(sed -n 's/^plumb_windows_acknowledged_total \([0-9]*\).*/\1/p' <&4)
    exec 4>&-
    [ "${received:-0}" -ge 24 ]
}

what_to_try() {
    cat >&2 <<END

${bold}What to try next${plain}
  build/release/plumb-agent check --target cache=redis://your-cache:6379      one task, right now, no controller
  build/release/plumb-agent explain tcp.timeout                               what a cause means and what to do
  ./dev demo --healthy                                                        the same two sides without faults
  ./dev demo --keep                                                           leaves it running to play with
END
}

# Where --keep leaves word for --stop. A runtime directory may be another user's, left over from su.
kept=/tmp
[ -n "${XDG_RUNTIME_DIR:-}" ] && [ -w "$XDG_RUNTIME_DIR" ] && kept=$XDG_RUNTIME_DIR
kept=$kept/plumb-demo-kept.$(id -u)

keep_running() {
    # Never over the word of another one: nobody could end that.
    (set -o noclobber && { echo "$state"; printf '%s\n' "${pids[@]}"; } >"$kept") ||
        die "another demo was kept meanwhile; ./dev demo --stop ends it"
    printf 'controller=%s\nweb=%s\npostgres_port=%s\nredis_port=%s\ndns_port=%s\n' "$controller" "$web" $postgres_port \
        $redis_port $dns_port >"$state/ports"
    trap - EXIT
    local programs files
    printf -v programs %q "$tree"
    printf -v files %q "$state"
    cat >&2 <<END

${bold}Left running.${plain} Its files and logs: $state
  $programs/plumbctl fleet --controller $controller
  $programs/plumbctl gate --controller $controller --baseline staging --candidate production --format markdown
  SSL_CERT_FILE=$files/tls/trusted/ca.pem $programs/plumb-agent check --config $files/production/agent-1.yaml
  curl http://$web/metrics
  ./dev demo --stop      ends everything
END
}

stop_kept() {
    [ -O "$kept" ] || die "no kept demo of yours is running"
    { read -r state; mapfile -t pids; } <"$kept"
    end_all
    case $state in */plumb-demo.*) rm -rf "$state" ;; esac
    rm -f "$kept"
    echo "ended" >&2
}
