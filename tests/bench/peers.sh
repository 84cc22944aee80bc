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

work=$(mktemp -d /var/tmp/edgelift-bench.XXXXXX)
on_exit rm -rf --one-file-system "$work"
disk=$cache/bench-6g.img
[ -f "$disk" ] || python3 "$bench/makedisk.py" "$disk"

# Two hosts with one link.
# nsenter, not "ip netns exec", which would give each command a view of the mounts of its own.
src=elb-src-$$ dst=elb-dst-$$
make_network() {
    local host
    ip netns add "$src"; on_exit ip netns del "$src"
    ip netns add "$dst"; on_exit ip netns del "$dst"
    ip link add veth0 netns "$src" type veth peer name veth0 netns "$dst"
    ip -n "$src" addr add 10.99.0.1/24 dev veth0
    ip -n "$dst" addr add 10.99.0.2/24 dev veth0
    for host in "$src" "$dst"; do
        ip -n "$host" link set lo up
        ip -n "$host" link set veth0 up
        [ "$rate" = none ] || tc -n "$host" qdisc add dev veth0 root tbf rate "$rate" burst 256kb latency 50ms
    done
}
# With a rate the qdisc counts what a wire would carry, a header for each packet; without one only the interface counts.
wire_bytes() {
    if [ "$rate" = none ]; then
        ip -n "$src" -s link show dev veth0 | awk '/TX:/ {getline; print $1}'
    else
        tc -n "$src" -s qdisc show dev veth0 | awk '/Sent/ {print $2; exit}'
    fi
}

# Everything that is measured runs in one control group, the listening sshd included.
if [ -d /sys/fs/cgroup/cpuacct ]; then
    group=/sys/fs/cgroup/cpuacct/edgelift-bench-$$
    cpu_seconds() { awk '{printf "%.3f", $1 / 1e9}' "$group/cpuacct.usage"; }
else
    group=/sys/fs/cgroup/edgelift-bench-$$
    cpu_seconds() { awk '/^usage_usec/ {printf "%.3f", $2 / 1e6}' "$group/cpu.stat"; }
fi
mkdir "$group"
end_group() { # what is still in it was started here
    local left
    for left in 1 2 3 4 5 6 7 8 9 10; do
        grep -q . "$group/cgroup.procs" || break
        xargs -r kill < "$group/cgroup.procs" 2> /dev/null || true
        sleep 0.2
    done
    rmdir "$group"
}
on_exit end_group

start_sshd() {
    mkdir -p "$work/ssh" /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/host"
    ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/user"
    install -m 600 "$work/ssh/user.pub" "$work/ssh/authorized"
    (
        echo $BASHPID > "$group/cgroup.procs"
        exec nsenter --net="/run/netns/$dst" /usr/sbin/sshd -f /dev/null -h "$work/ssh/host" -o "AuthorizedKeysFile=$work/ssh/authorized" \
            -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes -o "PidFile=$work/ssh/pid" -o ListenAddress=10.99.0.2
    )
    remote="ssh -q -i $work/ssh/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
}

results=$work/results
# measure NAME SCRIPT: runs it in a shell inside the group. The target is $work/target, a sparse file of the disk's size.
measure() {
    local name=$1 script=$2 wire cpu start watcher
    [ -z "$only" ] || [[ $only == *",$name,"* ]] || return 0
    rm -f "$work/target"
    truncate -s "$(stat -c %s "$disk")" "$work/target"
    sync
    echo 3 > /proc/sys/vm/drop_caches
    python3 "$bench/report.py" watch "$group/cgroup.procs" "$work/peak" & watcher=$!
    cpu=$(cpu_seconds)
    wire=$(wire_bytes)
    start=$(date +%s.%N)
    env -i PATH="$PATH" disk="$disk" work="$work" remote="$remote" src="$src" dst="$dst" build="$build" group="$group" \
        options="${BENCH_OPTIONS:-}" bash -euo pipefail -c 'echo $$ > "$group/cgroup.procs"
            on_src() { nsenter --net="/run/netns/$src" "$@"; }
            on_dst() { nsenter --net="/run/netns/$dst" "$@"; }
            '"$script"'; sync -f "$work/target"' > "$work/log" 2>&1 || { echo "$name failed:"; tail -5 "$work/log"; kill $watcher; return 0; }
    echo "$name $start $(date +%s.%N) $wire $(wire_bytes) $cpu $(cpu_seconds) $(cat "$work/peak")" >> "$results"
    kill $watcher
    python3 "$bench/report.py" row "$results"
}

make_network
start_sshd
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
