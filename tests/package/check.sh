#!/bin/bash
# Installs the packages on a copy of this machine that nothing else sees, runs a model, installs
# them again, and removes them.
#   check.sh PACKAGES TORCH MODEL     (as root)
# PACKAGES: the folder with the .deb files. TORCH: LibTorch's folder. MODEL: a folder of a model "tiny".
# Ends with "all is well".
set -euo pipefail

fail() {
    echo "package: $*" >&2
    exit 1
}

# expect WHAT COMMAND...: it must succeed; what it says is shown where it does not.
expect() {
    local what=$1 said
    shift
    said=$("$@" 2>&1) || fail "$what: $said"
}

outside() {
    ((EUID == 0)) || fail "the check needs root, who may make namespaces"
    unshare --mount --pid --fork true || fail "this machine may not make namespaces"
    exec unshare --mount --pid --fork --kill-child --net --ipc --uts "$BASH" "$0" --inside "$@"
}

# What is written goes to memory, and away at the end.
inside() {
    local packages=$1 torch=$2 model=$3 root=/mnt/root
    mount --make-rprivate /
    mount -t tmpfs tmpfs /mnt
    mkdir -p /mnt/upper /mnt/work $root
    mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work $root ||
        fail "the kernel has no overlayfs"
    mount -t proc proc $root/proc
    mount --rbind /dev $root/dev
    mount -t tmpfs tmpfs $root/run
    mount -t tmpfs tmpfs $root/tmp
    mkdir $root/tmp/packages $root/tmp/tiny
    cp "$packages"/*.deb $root/tmp/packages
    cp "$model"/* $root/tmp/tiny
    # What this machine has of it is not the copy's.
    rm -rf $root/var/cache/samovar $root/var/lib/samovar $root/etc/samovar $root/var/lib/samovar-torch
    # Where `samovar setup-torch` puts it, which has tests of its own.
    mkdir -p $root/var/lib/samovar-torch/2.11/torch/lib
    mount --bind "$torch/lib" $root/var/lib/samovar-torch/2.11/torch/lib
    if [[ -d $torch/../nvidia ]]; then
        mkdir $root/var/lib/samovar-torch/2.11/nvidia
        mount --bind "$torch/../nvidia" $root/var/lib/samovar-torch/2.11/nvidia
    fi
    cp "$0" $root/tmp/check.sh
    exec chroot $root /bin/bash /tmp/check.sh --installed
}

install_all() {
    expect "installing" env DEBIAN_FRONTEND=noninteractive dpkg --install /tmp/packages/*.deb
}

serve() {
    install -d -o samovar -g samovar /run/samovar
    setpriv --reuid samovar --regid samovar --init-groups /usr/bin/samovard \
        --socket /run/samovar/samovar.sock --models /var/lib/samovar/models --store /var/cache/samovar/store \
        --state /var/lib/samovar/state >/tmp/daemon.log 2>&1 &
    daemon=$!
    for _ in {1..200}; do
        samovar ping >/dev/null 2>&1 && return
        sleep 0.05
    done
    fail "the daemon does not answer: $(cat /tmp/daemon.log)"
}

stop() {
    kill "$daemon"
    wait "$daemon" || fail "the daemon ended with $?: $(cat /tmp/daemon.log)"
}

run_a_model() {
    serve
    expect "loading a model" samovar load tiny
    stop
}

installed() {
    install_all
    getent passwd samovar >/dev/null || fail "there is no user samovar"
    getent group samovar-admin >/dev/null || fail "there is no group samovar-admin"
    [[ -d /var/lib/samovar/models ]] || fail "there is no folder for models"
    expect "the worker" /usr/libexec/samovar/samovar-worker --probe
    expect "the worker with CUDA" ldd -r /usr/libexec/samovar/samovar-worker-cuda
    expect "the units" systemd-analyze verify samovard.socket samovard.service
    expect "the help" samovar setup-torch --help

    cp -r /tmp/tiny /var/lib/samovar/models/tiny
    install -d -o samovar -g samovar /var/cache/samovar /var/lib/samovar/state
    run_a_model
    [[ -s /var/lib/samovar/state/models.jsonl || -n $(ls /var/lib/samovar/state) ]] || fail "there is no state"

    local before
    before=$(find /var/lib/samovar -type f -printf '%p %s\n' | sort)
    install_all
    [[ $(find /var/lib/samovar -type f -printf '%p %s\n' | sort) == "$before" ]] || fail "an upgrade changed the state"
    run_a_model

    local names=(libsamovar-dev libsamovar0 samovar-worker-torch2.11 samovar)
    umount -R /var/lib/samovar-torch/2.11/nvidia /var/lib/samovar-torch/2.11/torch/lib 2>/dev/null || true
    expect "removing" dpkg --remove "${names[@]}"
    [[ ! -e /usr/bin/samovar && ! -e /usr/libexec/samovar ]] || fail "a program was left behind"
    [[ -e /var/lib/samovar/models/tiny/model.toml ]] || fail "removing took the models"
    expect "purging" dpkg --purge "${names[@]}"
    local left
    left=$(find /usr /etc /var -xdev -name '*samovar*' -newer /tmp/check.sh -not -path '/var/log/*' \
        -not -path '/var/lib/dpkg/*' -not -path '/var/cache/*' 2>/dev/null || true)
    [[ -z $left ]] || fail "left behind: $left"
    echo "all is well"
}

case $1 in
    --inside) inside "${@:2}" ;;
    --installed) installed ;;
    *) outside "$@" ;;
esac
