#!/usr/bin/env bash
# Is the image of a server that was migrated while it ran (tests/unit/live/loopserver.cpp) sound? Its journals are replayed on copies, then every
# filesystem is checked by its own tools; the database's file is copied out.
#
# usage: live-image.sh SYSTEM_DISK DATA_DISK BTRFS_DISK RECORDS_OUT   (qcow2 or raw)
source "$(dirname "$0")/lib.sh"

work=$(mktemp -d /var/tmp/edgelift-live-image.XXXXXX)
on_exit rm -rf --one-file-system "$work"
loops=()
detach_all() { umount -q "$work/m" || true; losetup -d "${loops[@]}"; }
on_exit detach_all
mkdir "$work/m"
number=0
for disk in "${@:1:3}"; do
    qemu-img convert -O raw "$disk" "$work/d$number"
    number=$((number + 1))
done
# attach NUMBER OFFSET_MIB SIZE_MIB: a part of that disk, its device in $device
attach() {
    device=$(losetup --find --show -o $(($2 << 20)) --sizelimit $(($3 << 20)) "$work/d$1")
    loops+=("$device")
}

attach 0 12 80 # ext4: the root
mount "$device" "$work/m"
cp "$work/m/var/records" "$4"
umount "$work/m"
e2fsck -fn "$device" > /dev/null
attach 1 65 330 # xfs; the server's own is still mounted
mount -o nouuid "$device" "$work/m"
umount "$work/m"
xfs_repair -n "$device" > /dev/null 2>&1
attach 2 0 120 # btrfs
btrfs check "$device" > /dev/null 2>&1
