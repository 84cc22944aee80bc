#!/usr/bin/env bash
# Are the filesystems of an image sound whose server was migrated while it ran? Their journals are replayed on copies, then each is checked by
# its own tools.
#
# usage: guest-image.sh SYSTEM_DISK DATA_DISK   (qcow2 or raw; as debian-server.sh gpt-lvm makes one, and a filesystem without a table)
# Prints a line for each: its name and what the tool says.
source "$(dirname "$0")/lib.sh"

work=$(mktemp -d /var/tmp/edgelift-guest-image.XXXXXX)
on_exit rm -rf --one-file-system "$work"
loops=() number=0
detach_all() { umount -q "$work/m" || true; losetup -d "${loops[@]}"; }
on_exit detach_all
mkdir "$work/m" "$work/volumes"
for disk in "$@"; do
    qemu-img convert -O raw "$disk" "$work/$((number++))"
done
# attach FILE [OPTIONS…]: a loop device, its path in $device
attach() {
    device=$(losetup --find --show "${@:2}" "$1")
    loops+=("$device")
}
check() { # check NAME: what is on $device
    local type
    type=$(blkid -p -o value -s TYPE "$device")
    case $type in
    ext4) mount "$device" "$work/m" ;;
    xfs) mount -o nouuid "$device" "$work/m" ;;
    *) return 0 ;;
    esac
    umount "$work/m"
    case $type in
    ext4) e2fsck -fn "$device" > "$work/said" 2>&1 ;;
    xfs) xfs_repair -n "$device" > "$work/said" 2>&1 ;;
    esac || { echo "$1 ($type) is not clean:" >&2; tail -20 "$work/said" >&2; exit 1; }
    echo "$1: $type, clean"
}

read -r offset length < <(partition_bytes "$work/0" 2)
attach "$work/0" --offset "$offset" --sizelimit "$length"
check /boot
read -r offset length < <(partition_bytes "$work/0" 3)
attach "$work/0" --read-only --offset "$offset" --sizelimit "$length"
extract_lvm "$device" "$work/volumes"
for volume in "$work"/volumes/*; do
    attach "$volume"
    check "volume $(basename "$volume")"
done
attach "$work/1"
check "data disk"
