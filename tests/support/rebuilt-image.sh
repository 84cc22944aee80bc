#!/usr/bin/env bash
# Is the disk of an image sound that was built anew while the server ran? Journals are replayed on a copy, then every filesystem of a partition is
# checked by its own tools. What they hold is copied out: to OUT/<type>, one folder for each type of filesystem.
#
# usage: rebuilt-image.sh DISK OUT   (qcow2 or raw)
source "$(dirname "$0")/lib.sh"

work=$(mktemp -d /var/tmp/edgelift-rebuilt-image.XXXXXX)
on_exit rm -rf --one-file-system "$work"
loops=()
detach_all() { umount -q "$work/m" || true; [ ${#loops[@]} = 0 ] || losetup -d "${loops[@]}"; }
on_exit detach_all
mkdir "$work/m"
qemu-img convert -O raw "$1" "$work/disk"
mkdir -p "$2"
while read -r start sectors; do
    device=$(losetup --find --show -o $((start * 512)) --sizelimit $((sectors * 512)) "$work/disk")
    loops+=("$device")
    type=$(blkid -p -s TYPE -o value "$device" || true)
    case $type in
        ext4 | xfs)
            mount -o "$([ "$type" = xfs ] && echo nouuid || echo rw)" "$device" "$work/m"
            cp -a "$work/m" "$2/$type"
            umount "$work/m"
            if [ "$type" = xfs ]; then xfs_repair -n "$device"; else e2fsck -fn "$device"; fi > /dev/null 2>&1
            ;;
        vfat) fsck.vfat -n "$device" > /dev/null ;;
    esac
done < <(partx -g -o START,SECTORS "$work/disk")
