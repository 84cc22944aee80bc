#!/usr/bin/env bash
# What a second point costs: a disk of 4 GiB in use is copied, 1 % of it is changed, and what was written since is brought over. Both in the
# same run, with the product's tracker, freezer, sender and receiver; everything in memory, so that no disk's cache decides.
#
# usage: sudo tests/bench/incremental.sh [--rate 1gbit|none|…] [ROUNDS]     3 rounds, each with a new target, over a link of 1 Gbit/s
# Prints seconds and bytes of both points and their ratios (medians). Fails when the second takes more than 3 % of the time or 2 % of the
# bytes of the first. BENCH_PHASES=1: also where the time went.
source "$(dirname "$0")/../support/lib.sh"
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$bench/../../build/release
rate=1gbit
[ "${1:-}" != --rate ] || { rate=$2; shift 2; }
rounds=${1:-3}

work=$(mktemp -d)
on_exit rmdir "$work"
mount -t tmpfs -o size=11g tmpfs "$work"
on_exit umount -l "$work"
mkdir "$work/mnt"
truncate -s 4G "$work/image"
loop=$(losetup -f --show "$work/image")
on_exit losetup -d "$loop"
mkfs.ext4 -q -F "$loop"
mount "$loop" "$work/mnt"
on_exit umount "$work/mnt"

# Two hosts with one link.
src=eli-src-$$ dst=eli-dst-$$
for host in "$src:1" "$dst:2"; do
    ip netns add "${host%:*}"
    on_exit ip netns del "${host%:*}"
done
ip link add veth0 netns "$src" type veth peer name veth0 netns "$dst"
for host in "$src:1" "$dst:2"; do
    ip -n "${host%:*}" addr add "10.98.0.${host#*:}/24" dev veth0
    ip -n "${host%:*}" link set lo up
    ip -n "${host%:*}" link set veth0 up
    [ "$rate" = none ] || tc -n "${host%:*}" qdisc add dev veth0 root tbf rate "$rate" burst 256kb latency 50ms
done
on_src() { nsenter --net="/run/netns/$src" "$@"; }
on_dst() { nsenter --net="/run/netns/$dst" "$@"; }

# 3.6 GiB in files of 40 MiB: programs, as a server has them, and a tenth that does not compress.
tar -cf - -C / usr/lib usr/bin 2> /dev/null | head -c 1200M > "$work/programs" || true
for i in $(seq 0 89); do
    if ((i % 10 == 9)); then
        head -c 40M /dev/urandom > "$work/mnt/f$i"
    else
        dd if="$work/programs" of="$work/mnt/f$i" bs=40M skip=$((i % 28)) count=1 status=none
    fi
done
sync -f "$work/mnt"
echo 3 > /proc/sys/vm/drop_caches

# change: one file of 40 MiB gets another content of the usual kind in place, 1 % of the disk.
change() {
    dd if="$work/programs" of="$work/mnt/f$1" bs=1M skip=$((RANDOM % 1100 + 7)) count=40 conv=notrunc,fsync status=none
}
field() { sed "s/.*\"$1\":\([0-9.e+-]*\).*/\1/" <<< "$2"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

one_round() {
    local folder=$work/round receiver
    rm -rf "$folder"
    mkdir -p "$folder/devices"
    truncate -s 4G "$folder/target"
    "$build/tests/benchcopy" keys "$folder" 10.98.0.2
    ln -s "$folder/target" "$folder/devices/virtio-bench"
    nsenter --net="/run/netns/$dst" "$build/bin/edgelift-receiver" --config "$folder/receiver.json" > "$folder/receiver.log" 2>&1 &
    receiver=$!
    for _ in $(seq 200); do on_dst ss -ltn | grep -q :8703 && break; sleep 0.05; done
    coproc LIVE { on_src "$build/tests/benchlive" "$folder" "$loop" "$work/mnt" "$build/bin/edgelift-freezer" 2> "$folder/log"; }
    local out=${LIVE[0]} in=${LIVE[1]} pid=$LIVE_PID
    read -r -t 60 tracker <&"$out"
    echo point >&"$in"
    read -r -t 600 first <&"$out" || { cat "$folder/log" >&2; return 1; }
    change $((RANDOM % 90))
    echo point >&"$in"
    read -r -t 600 second <&"$out" || { cat "$folder/log" >&2; return 1; }
    exec {in}>&-
    wait "$pid" || true
    kill $receiver
    wait $receiver || true
    rm -rf "$folder"
}

echo "link: $rate"
printf '%-18s %9s %12s %9s %9s\n' point seconds "bytes sent" "on wire" "still ms"
for ((round = 0; round < rounds; ++round)); do
    one_round
    for point in first second; do
        printf '%-18s %9.2f %12d %9d %9.1f\n' $point "$(field seconds "${!point}")" "$(field sent "${!point}")" \
            "$(field wire "${!point}")" "$(field frozenMs "${!point}")"
        [ -z "${BENCH_PHASES:-}" ] || echo "    ${!point}"
    done
    for what in seconds sent wire; do
        awk -v a="$(field $what "$second")" -v b="$(field $what "$first")" 'BEGIN { printf "%.5f\n", a / b }' >> "$work/$what"
    done
done
echo "$tracker; second point against the first, medians of $rounds:"
failed=0
for bar in seconds:0.03 sent:0.02; do
    ratio=$(median < "$work/${bar%:*}")
    verdict=$(awk -v r="$ratio" -v b="${bar#*:}" 'BEGIN { print r <= b ? "met" : "MISSED" }')
    [ "$verdict" = met ] || failed=1
    awk -v w="${bar%:*}" -v r="$ratio" -v b="${bar#*:}" -v v="$verdict" 'BEGIN { printf "%-8s %6.2f %%   bar %.0f %%   %s\n", w, r * 100, b * 100, v }'
done
awk -v r="$(median < "$work/wire")" 'BEGIN { printf "on wire  %6.2f %%\n", r * 100 }'
exit $failed
