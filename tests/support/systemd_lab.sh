#!/bin/bash
# Boots the machine's systemd as PID 1 of namespaces of its own, until it is killed.
#   systemd_lab.sh STAGE TORCH     (as root)
# STAGE: what `cmake --install` put below a prefix; it is /usr/local there. TORCH: LibTorch's folder,
# which is /usr/local/lib/torch there.
#
# Private are /etc (a copy, without the machine's own units), /run, /tmp, /var, /home and the tree of
# control groups: whatever systemd and its services do at a start, they do to these. No unit of the
# machine is started but what a service needs (sysinit.target: journal, sysusers, tmpfiles).
set -euo pipefail

missing() {
    echo "the tests of systemd cannot run here: $*" >&2
    exit 1
}

outside() {
    ((EUID == 0)) || missing "they need root, who may make namespaces; run them as root"
    [[ -x /lib/systemd/systemd ]] || missing "there is no /lib/systemd/systemd: apt install systemd"
    for program in unshare nsenter mount systemctl journalctl systemd-analyze; do
        command -v "$program" >/dev/null || missing "there is no $program"
    done
    grep -qw cgroup2 /proc/filesystems || missing "the kernel has no cgroup2"
    unshare --mount --pid --fork --uts --ipc --cgroup true ||
        missing "this machine may not make namespaces (a container without CAP_SYS_ADMIN?)"
    exec unshare --mount --pid --fork --kill-child --mount-proc --uts --ipc \
        "$BASH" "$0" --inside "$@"
}

# A control group of its own first: systemd kills what it finds in those below its root.
inside() {
    mount --make-rprivate /
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/cgroup
    mount -t cgroup2 none /mnt/cgroup || missing "control groups cannot be mounted"
    local group
    # Of labs that are over. A young one may be about to get its first process.
    find /mnt/cgroup -maxdepth 1 -name 'samovar-lab.*' -mmin +1 | while read -r group; do
        if grep -qx 'populated 0' "$group/cgroup.events"; then
            find "$group" -depth -type d -exec rmdir {} +
        fi
    done
    group=$(mktemp -d /mnt/cgroup/samovar-lab.XXXXXX) || missing "control groups cannot be made"
    chmod 755 "$group"
    echo $$ >"$group/cgroup.procs"
    exec unshare --cgroup "$BASH" "$0" --boot "$@"
}

boot() {
    local stage=$1 torch=$2
    umount /mnt/cgroup /mnt
    mount --bind "$stage" /usr/local
    [[ ! -d $torch ]] || mount --bind "$torch" /usr/local/lib/torch

    awk '$3 ~ /^cgroup/ {print $2}' /proc/mounts | sort -r | xargs -r -n1 umount
    umount /sys/fs/cgroup 2>/dev/null || true
    mount -t cgroup2 none /sys/fs/cgroup

    mount -t tmpfs tmpfs /mnt
    cp -a /etc /mnt/etc
    rm -rf /mnt/etc/fstab /mnt/etc/systemd/system /mnt/etc/systemd/user /mnt/etc/systemd/*.conf.d \
        /mnt/etc/samovar /mnt/etc/sysusers.d /mnt/etc/tmpfiles.d
    mkdir -p /mnt/etc/systemd/system
    mount --bind /mnt/etc /etc
    for folder in /run /tmp /var /home; do mount -t tmpfs -o mode=0755 tmpfs "$folder"; done
    chmod 1777 /tmp
    mkdir -p /var/log/journal /var/lib /var/cache /var/tmp /run/lock
    ln -s /run /var/run

    printf '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\n' >/etc/systemd/system/lab.target
    # What a machine does for itself at a start, and nobody asks for here.
    for unit in systemd-binfmt.service systemd-modules-load.service systemd-sysctl.service \
        systemd-remount-fs.service systemd-update-utmp.service systemd-timesyncd.service \
        proc-sys-fs-binfmt_misc.automount sys-kernel-debug.mount sys-kernel-tracing.mount \
        sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount kmod-static-nodes.service \
        systemd-tmpfiles-setup-dev.service systemd-journald-audit.socket; do
        ln -s /dev/null "/etc/systemd/system/$unit"
    done
    mkdir /etc/systemd/journald.conf.d
    printf '[Journal]\nStorage=volatile\nReadKMsg=no\nForwardToConsole=no\n' >/etc/systemd/journald.conf.d/lab.conf
    export container=lab
    exec /lib/systemd/systemd --system --unit=lab.target --log-target=journal \
        --show-status=0
}

case $1 in
    --inside) shift && inside "$@" ;;
    --boot) shift && boot "$@" ;;
    *) outside "$@" ;;
esac
