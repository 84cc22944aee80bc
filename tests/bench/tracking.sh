#!/usr/bin/env bash
# What tracking costs a writer: fio on a filesystem on a loop device, without and with each backend in turn, side by side in one run.
#
# usage: sudo tests/bench/tracking.sh [ROUNDS] [SECONDS]     7 rounds of 4 seconds each
# Prints operations per second (medians) and the loss against the same round without tracking. Fails when eBPF costs more than 3 %.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-7}
seconds=${2:-4}
bench=build/release/tests/benchtrack
installer/setup.sh --all
work=$(mktemp -d)
loop=
cleanup() {
    exec 9>&- 2> /dev/null || true
    umount "$work/mnt" 2> /dev/null || true
    [ -z "$loop" ] || losetup -d "$loop"
    umount "$work" 2> /dev/null || true
    rmdir "$work"
}
trap cleanup EXIT
mount -t tmpfs -o size=2g tmpfs "$work" # the medium is memory: nothing but the path to it is measured
mkdir "$work/mnt"
truncate -s 1G "$work/image"
loop=$(losetup -f --show --direct-io=off "$work/image")
mkfs.ext4 -q -F "$loop"
mount "$loop" "$work/mnt"

# load BACKEND: operations per second of a database-like writer, with that backend (none: without)
load() {
    if [ "$1" != none ]; then
        mkfifo "$work/go"
        "$bench" "$1" "$loop" < "$work/go" > "$work/said" 2>&1 &
        local tracker=$!
        exec 9> "$work/go"
        until grep -q tracking "$work/said"; do
            kill -0 $tracker 2> /dev/null || { cat "$work/said" >&2; return 1; }
            sleep 0.05
        done
    fi
    fio --name=writer --directory="$work/mnt" --size=256M --rw=randwrite --bs=4k --ioengine=psync --direct=1 --numjobs=1 --time_based \
        --runtime="$seconds" --randseed=1 --output-format=terse --terse-version=3 | cut -d';' -f49
    if [ "$1" != none ]; then
        exec 9>&-
        wait $tracker || echo "tracking.sh: $(tail -n 1 "$work/said")" >&2
        rm "$work/go"
    fi
}
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

load none > /dev/null # lays the file out
for ((round = 1; round <= rounds; ++round)); do
    order=(none ebpf none perf)
    ((round % 2)) || order=(ebpf none perf none) # whoever comes first has no advantage
    declare -A got=()
    for backend in "${order[@]}"; do
        iops=$(load "$backend")
        echo "$iops" >> "$work/$backend"
        [ "$backend" = none ] || got[$backend]=$iops
        [ "$backend" != none ] || plain="${plain:-} $iops"
    done
    base=$(tr ' ' '\n' <<< "$plain" | grep . | awk '{ s += $1 } END { print s / NR }')
    for backend in ebpf perf; do
        awk -v a="${got[$backend]}" -v b="$base" 'BEGIN { printf "%.4f\n", 1 - a / b }' >> "$work/loss-$backend"
    done
    plain=
done
printf '%-10s %12s %10s\n' backend "writes/s" cost
printf '%-10s %12.0f %10s\n' none "$(median < "$work/none")" ""
for backend in ebpf perf; do
    printf '%-10s %12.0f %9.1f %%\n' $backend "$(median < "$work/$backend")" "$(median < "$work/loss-$backend" | awk '{ print $1 * 100 }')"
done
awk -v l="$(median < "$work/loss-ebpf")" 'BEGIN { exit l > 0.03 }' || { echo "tracking.sh: eBPF costs more than 3 %" >&2; exit 1; }
