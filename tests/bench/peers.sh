#!/usr/bin/env bash
# Edgelift's copy beside what an administrator would type by hand: one disk, two network namespaces, caches dropped before, data flushed
# after, every row in the same run. Prints seconds, bytes on the wire, processor seconds of both ends, the largest process, and our
# ratios; ends with 1 when one of the bars is missed.
#
# usage: sudo tests/bench/peers.sh [--rate none|1gbit|200mbit] [--only NAME,…] [--rounds N] [--build DIR]
source "$(dirname "$0")/../support/lib.sh"
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

rate=none only='' rounds=1 build=$bench/../../build/release
while [ $# -gt 0 ]; do
    case $1 in
    --rate) rate=$2; shift 2 ;;
    --only) only=,$2,; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --build) build=$2; shift 2 ;;
    *) echo "usage: peers.sh [--rate none|1gbit|200mbit] [--only NAME,…] [--rounds N] [--build DIR]" >&2; exit 2 ;;
    esac
done
"$bench/../../installer/setup.sh" --all

source "$bench/twohosts.sh"
disk=$cache/bench-6g.img
[ -f "$disk" ] || python3 "$bench/makedisk.py" "$disk"

mkdir -p "$work/mnt.src" "$work/mnt.dst"
mounts='mkfs.ext4 -q -F "$work/target"; mount -o loop,ro "$disk" "$work/mnt.src"; mount -o loop "$work/target" "$work/mnt.dst"
    trap "umount $work/mnt.src $work/mnt.dst" EXIT; '
unmounts='; umount "$work/mnt.src" "$work/mnt.dst"; trap - EXIT'
echo "link: $rate; disk: $(tune2fs -l "$disk" | awk -F: '/Block count/ {b = $2} /Free blocks/ {f = $2} END {printf "%.2f GB, %.2f GB used", b * 4096 / 1e9, (b - f) * 4096 / 1e9}')"
for ((round = 0; round < rounds; ++round)); do
    measure 'rsync|ssh' "$mounts"'on_src rsync -aHAX --numeric-ids -e "$remote" "$work/mnt.src/" "10.99.0.2:$work/mnt.dst/"'"$unmounts"
    measure 'rsync-z|ssh' "$mounts"'on_src rsync -aHAX --numeric-ids -z --zc=zstd -e "$remote" "$work/mnt.src/" "10.99.0.2:$work/mnt.dst/"'"$unmounts"
    for level in 1 3; do
        measure "partclone|zstd-$level|ssh" 'partclone.ext4 -c -q -s "$disk" -o - | zstd -q -'$level' |
            on_src $remote 10.99.0.2 "zstd -dq | partclone.restore -q -C -s - -O $work/target"'
    done
    measure 'dd|ssh' 'dd if="$disk" bs=4M status=none | on_src $remote 10.99.0.2 "dd of=$work/target bs=4M conv=notrunc status=none"'
    measure 'edgelift' 'rm -rf "$work/ours"; mkdir -p "$work/ours/devices"; "$build/tests/benchcopy" keys "$work/ours" 10.99.0.2
        ln -sf "$work/target" "$work/ours/devices/virtio-bench"
        nsenter --net="/run/netns/$dst" "$build/bin/edgelift-receiver" --config "$work/ours/receiver.json" & receiver=$!
        for i in $(seq 200); do on_dst ss -ltn | grep -q :8703 && break; sleep 0.02; done
        on_src "$build/tests/benchcopy" $options send "$work/ours" "$disk"
        kill $receiver; wait $receiver || true'
    [ -z "${BENCH_LOG:-}" ] || cp "$work/log" "$BENCH_LOG"
done
reference=0
if [ "$rate" = 200mbit ]; then # what the same extents are when zstd -7 takes them as one stream
    reference=$("$build/tests/benchcopy" dump "$disk" | zstd -q -7 -c | wc -c)
fi
python3 "$bench/report.py" end "$results" "$rate" "$reference" "$(grep -o 'PAYLOAD [0-9]*' "$work/log" | cut -d' ' -f2 || true)"
