#!/usr/bin/env bash
# Copying file by file: Edgelift beside rsync over ssh, with the same options of rsync, in the same run: 100 000 small files, and 5 GB of
# large ones. Prints what peers.sh prints, and the ratios of the times; ends with 1 when ours takes longer anywhere.
#
# usage: sudo tests/bench/files.sh [--rate none|1gbit|200mbit] [--only small|large] [--rounds N] [--build DIR]
source "$(dirname "$0")/../support/lib.sh"
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

rate=none kinds='small large' only='' rounds=1 build=$bench/../../build/release
while [ $# -gt 0 ]; do
    case $1 in
    --rate) rate=$2; shift 2 ;;
    --only) kinds=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --build) build=$2; shift 2 ;;
    *) echo "usage: files.sh [--rate none|1gbit|200mbit] [--only small|large] [--rounds N] [--build DIR]" >&2; exit 2 ;;
    esac
done
"$bench/../../installer/setup.sh" --all
source "$bench/twohosts.sh"
mkdir -p "$work/mnt.src" "$work/mnt.dst" "$work/mounts"

# source_disk KIND: a filesystem that is made once and kept
source_disk() {
    disk=$cache/bench-files-$1.img
    [ ! -f "$disk" ] || return 0
    local size=2G
    [ "$1" = small ] || size=7G
    rm -f "$disk.new"
    truncate -s "$size" "$disk.new"
    mkfs.ext4 -q -F -N 200000 "$disk.new"
    mount -o loop "$disk.new" "$work/mnt.src"
    python3 "$bench/makefiles.py" "$1" "$work/mnt.src"
    umount "$work/mnt.src"
    mv "$disk.new" "$disk"
}

failed=0
for kind in $kinds; do
    source_disk "$kind"
    results=$work/results.$kind
    echo "link: $rate; files: $kind"
    for ((round = 0; round < rounds; ++round)); do
        measure 'rsync|ssh' 'mkfs.ext4 -q -F "$work/target"; mount -o loop,ro "$disk" "$work/mnt.src"; mount -o loop "$work/target" "$work/mnt.dst"
            trap "umount $work/mnt.src $work/mnt.dst" EXIT
            on_src rsync -aHAXS --numeric-ids -e "$remote" "$work/mnt.src/" "10.99.0.2:$work/mnt.dst/"
            umount "$work/mnt.src" "$work/mnt.dst"; trap - EXIT'
        measure 'edgelift' 'rm -rf "$work/ours"; mkdir -p "$work/ours/devices"; "$build/tests/benchcopy" keys "$work/ours" 10.99.0.2
            ln -sf "$work/target" "$work/ours/devices/virtio-bench"
            nsenter --net="/run/netns/$dst" "$build/bin/edgelift-receiver" --config "$work/ours/receiver.json" & receiver=$!
            for i in $(seq 200); do on_dst ss -ltn | grep -q :8703 && break; sleep 0.02; done
            on_src "$build/tests/benchfiles" "$work/ours" "$disk" "$work/target" "$work/mounts" "$build/bin/edgelift-tunnel"
            kill $receiver; wait $receiver || true'
    done
    python3 "$bench/report.py" files "$results" || failed=1
done
exit $failed
