#!/usr/bin/env bash
# Builds the images of the Dockerfile with docker, podman or buildah, and tries the agent inside its own.
# Without a registry, buildah builds over a base of its own made by debootstrap from Debian's packages.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh

case ${1:-} in
-h | --help)
    cat <<'END'
usage: ./dev image

Builds plumb-agent:local (from scratch) and plumb-controller:local (Debian slim), then runs `plumb-agent version` and
`plumb-agent check` inside the agent's image. The first of docker (with a running engine), podman and buildah that is
here does it; with none, buildah and debootstrap are installed. Where no registry answers, buildah makes the base image
with debootstrap. PLUMB_BUILDER=docker|podman|buildah chooses.
END
    exit 0
    ;;
esac

choose_builder() {
    if [ -n "${PLUMB_BUILDER:-}" ]; then
        case $PLUMB_BUILDER in
        docker | podman | buildah) ;;
        *) bad_usage "PLUMB_BUILDER is docker, podman or buildah, not '$PLUMB_BUILDER'" ;;
        esac
        command -v "$PLUMB_BUILDER" >/dev/null || die "PLUMB_BUILDER=$PLUMB_BUILDER is not installed"
        echo "$PLUMB_BUILDER"
    elif command -v docker >/dev/null && docker info >/dev/null 2>&1; then
        echo docker
    elif command -v podman >/dev/null; then
        echo podman
    else
        command -v buildah >/dev/null && command -v debootstrap >/dev/null ||
            { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y --no-install-recommends buildah debootstrap; } \
                >"$(log_file image-setup)" 2>&1 </dev/null || die "could not install buildah; see $(log_file image-setup)"
        echo buildah
    fi
}

# The agent says of a refused port exactly that, from within the image: the program runs, the loop turns.
judge_answer() { # STATUS FILE
    [ "$1" = 1 ] || die "check of a refused port should exit 1, not $1: $(head -c 400 "$2")"
    grep -q '"tcp.refused"' "$2" || die "check did not say tcp.refused: $(head -c 400 "$2")"
    printf '%splumb-agent check runs inside the image%s\n' "$green" "$plain"
}

try_with_engine() {
    local engine=$1 answer status=0
    answer=$(mktemp)
    "$engine" run --rm plumb-agent:local version
    "$engine" run --rm --read-only --cap-drop ALL plumb-agent:local check --target self=tcp://127.0.0.1:1 \
        --format json >"$answer" || status=$?
    judge_answer $status "$answer"
    rm -f "$answer"
    "$engine" run --rm plumb-controller:local --help >/dev/null
}

build_with_engine() {
    local engine=$1 target format=()
    [ "$engine" != podman ] || format=(--format docker) # the OCI format has no HEALTHCHECK
    for target in agent controller; do
        step "$engine build --target $target"
        "$engine" build "${format[@]}" --target $target -t plumb-$target:local . ||
            die "building $target failed; where no registry answers: PLUMB_BUILDER=buildah ./dev image"
    done
    try_with_engine "$engine"
}

bud=(buildah --storage-driver vfs --root "${PLUMB_IMAGE_STORE:-$PWD/build/image/store}" --runroot "$PWD/build/image/run")

ensure_base() {
    "${bud[@]}" inspect --type image localhost/plumb-base:bookworm >/dev/null 2>&1 && return 0
    step "making a Debian base with debootstrap (once)"
    local root=build/image/base container mirror
    # The machine's own Debian mirror, from either form of sources list.
    mirror=$(sed -nE 's/^deb (\[[^]]*\] )?(https?[^ ]*) bookworm main.*/\2/p;s/^URIs: *(https?[^ ]*\/debian)\/?$/\1/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1 || true)
    rm -rf $root
    as_root debootstrap --variant=minbase bookworm $root ${mirror:+"$mirror"} >"$(log_file debootstrap)" 2>&1 ||
        die "debootstrap failed; see $(log_file debootstrap)"
    # The build stages install packages too, in the way this machine does.
    as_root cp -r /etc/apt/apt.conf.d "$root/etc/apt/"
    [ ! -s /etc/apt/sources.list ] || as_root cp /etc/apt/sources.list $root/etc/apt/
    [ ! -s /etc/apt/sources.list.d/debian.sources ] ||
        { as_root cp /etc/apt/sources.list.d/debian.sources $root/etc/apt/sources.list.d/ && as_root rm -f $root/etc/apt/sources.list; }
    container=$("${bud[@]}" from scratch)
    "${bud[@]}" add -q "$container" $root / >/dev/null
    "${bud[@]}" commit -q "$container" localhost/plumb-base:bookworm >/dev/null
    "${bud[@]}" rm "$container" >/dev/null
    as_root rm -rf $root
}

build_with_buildah() {
    ensure_base
    local target
    for target in agent controller; do
        step "buildah bud --target $target"
        "${bud[@]}" bud --format docker --isolation chroot --network host --pull=never --layers \
            --build-arg BASE=localhost/plumb-base:bookworm --target $target -t localhost/plumb-$target:local . ||
            die "building $target failed"
    done
    try_with_buildah
}

try_with_buildah() {
    local container root answer status=0
    answer=$(mktemp)
    container=$("${bud[@]}" from --pull=never localhost/plumb-agent:local)
    "${bud[@]}" run --isolation chroot "$container" -- /plumb-agent version
    "${bud[@]}" run --isolation chroot "$container" -- /plumb-agent check --target self=tcp://127.0.0.1:1 \
        --format json >"$answer" 2>"$answer.words" || status=$? # buildah itself comments on every exit code
    "${bud[@]}" rm "$container" >/dev/null
    judge_answer $status "$answer"
    rm -f "$answer" "$answer.words"
    container=$("${bud[@]}" from --pull=never localhost/plumb-controller:local)
    "${bud[@]}" run --isolation chroot "$container" -- plumb-controller --help >/dev/null ||
        die "plumb-controller does not start inside its image"
    "${bud[@]}" run --isolation chroot "$container" -- plumbctl --help >/dev/null ||
        die "plumbctl does not start inside its image"
    "${bud[@]}" rm "$container" >/dev/null
    printf '%splumb-controller and plumbctl start inside the image%s\n' "$green" "$plain"
}

builder=$(choose_builder)
step "images with $builder"
if [ "$builder" = buildah ]; then build_with_buildah; else build_with_engine "$builder"; fi
