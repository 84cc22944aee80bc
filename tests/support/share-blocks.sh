#!/usr/bin/env bash
# Fills an XFS with files that share their blocks: together they are much longer than what they use.
#
# usage: share-blocks.sh IMAGE PARTITION MIB COUNT
#   one file of MIB and COUNT - 1 clones of it, in the folder "shared"
source "$(dirname "$0")/lib.sh"

read -r offset length < <(partition_bytes "$1" "$2")
device=$(attach_region "$1" "$offset" "$length")
on_exit losetup -d "$device"
folder=$(mktemp -d)
on_exit rmdir "$folder"
mount "$device" "$folder"
on_exit umount "$folder"
mkdir "$folder/shared"
head -c "$3M" /dev/urandom > "$folder/shared/1"
for number in $(seq 2 "$4"); do
    cp --reflink=always "$folder/shared/1" "$folder/shared/$number"
done
