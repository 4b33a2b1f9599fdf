# What `dev` and the other scripts share: words for the terminal, and the packages.
# shellcheck shell=bash disable=SC2034

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' dim=$'\e[2m' plain=$'\e[0m'
else
    bold='' red='' green='' dim='' plain=''
fi

step() { printf '%s== %s%s\n' "$bold" "$*" "$plain" >&2; }
die() {
    printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
    exit 1
}
bad_usage() {
    printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
    exit 2
}
# A path as the caller wrote it, seen from where the caller stands: scripts go to the root of the repository.
seen_from() { # DIRECTORY PATH
    case $2 in
    /*) echo "$2" ;;
    *) echo "$1/$2" ;;
    esac
}
# As many compilers as there are processors, and no more than the memory carries at their worst.
jobs_here() {
    local processors memory
    processors=$(nproc)
    memory=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 800000))
    if [ "$memory" -lt 1 ]; then memory=1; fi
    echo $((memory < processors ? memory : processors))
}
log_file() {
    mkdir -p build/log
    echo "build/log/$1.log"
}

packages() {
    cat <<'END'
ca-certificates
ccache
clang
clang-format
clang-tidy
cmake
dnsmasq-base
dovecot-imapd
dovecot-pop3d
dovecot-submissiond
g++
git
iproute2
libbenchmark-dev
libboost-json1.81-dev
libboost-url1.81-dev
libboost1.81-dev
libc-ares-dev
libclang-rt-14-dev
libcli11-dev
libdb5.3-dev
libfmt-dev
libgmock-dev
libgrpc++-dev
libgtest-dev
libhiredis-dev
libnghttp2-dev
libpq-dev
libprotobuf-dev
libre2-dev
libsqlite3-dev
libssl-dev
libyaml-cpp-dev
memcached
mold
nginx-light
nftables
ninja-build
openssl
pgbouncer
pkg-config
postgresql-15
postgresql-server-dev-15
procps
prometheus-blackbox-exporter
protobuf-compiler
protobuf-compiler-grpc
redis-server
slapd
util-linux
zlib1g-dev
END
}

missing_packages() {
    # One dpkg-query for all; it prints nothing for what dpkg has never heard of.
    # shellcheck disable=SC2046
    comm -13 <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $(packages) 2>/dev/null |
        sed -n 's/^installed //p' | sort) <(packages | sort)
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "some packages are missing and there is no sudo; as root, run: ./dev setup"
    fi
}

install_missing() {
    command -v dpkg-query >/dev/null || die "this needs Debian 12 (bookworm): its packages are all we build with"
    local missing
    missing=$(missing_packages)
    [ -z "$missing" ] && return 0
    step "installing $(echo "$missing" | wc -l) packages: $(echo "$missing" | tr '\n' ' ')"
    # Servers are installed for the tests, which start their own: none may start by itself.
    local hold=/usr/sbin/policy-rc.d held=no
    if [ ! -e $hold ]; then
        trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT # also after a Ctrl-C: the machine's own services start again
        printf '#!/bin/sh\nexit 101\n' | as_root tee $hold >/dev/null
        as_root chmod +x $hold
        held=yes
    fi
    local log
    log=$(log_file setup)
    local ok=yes
    # shellcheck disable=SC2086
    { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null || ok=no
    if [ $held = yes ]; then
        as_root rm -f $hold
        trap - EXIT
    fi
    [ $ok = yes ] || { tail -n 20 "$log" >&2; die "installing failed; the whole log is in $log"; }
    missing=$(missing_packages)
    [ -z "$missing" ] || die "still missing after the installation: $(echo "$missing" | tr '\n' ' ')"
}
