#!/usr/bin/env bash
# Turns a mini server's disk into one made for another processor: BusyBox and the kernel say aarch64 in their headers.
#
# usage: make-arm.sh SYSTEM_IMG OUT
source "$(dirname "$0")/lib.sh"

cp --sparse=always "${1:?usage: make-arm.sh SYSTEM_IMG OUT}" "${2:?}"
read -r offset length < <(partition_bytes "$2" 3)
device=$(attach_region "$2" "$offset" "$length")
on_exit losetup -d "$device"
folder=$(mktemp -d)
on_exit rmdir "$folder"
mount "$device" "$folder"
on_exit umount "$folder"
printf '\xb7\x00' | dd of="$folder/bin/busybox" bs=1 seek=18 conv=notrunc status=none # e_machine: EM_AARCH64
