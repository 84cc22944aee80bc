#!/usr/bin/env bash
# Edgelift's copy beside what an administrator would type by hand: one disk, two network namespaces, caches dropped before, data flushed
# after. Prints seconds, wire bytes, processor seconds of both ends, the largest process, and our ratio to the best peer.
#
# usage: sudo tests/bench/peers.sh [--rate none|1gbit|200mbit] [--only NAME,…] [--build DIR]
source "$(dirname "$0")/../support/lib.sh"

rate=none only= build=$here/../../build/release
while [ $# -gt 0 ]; do
    case $1 in
    --rate) rate=$2; shift 2 ;;
    --only) only=,$2,; shift 2 ;;
    --build) build=$2; shift 2 ;;
    *) echo "usage: peers.sh [--rate none|1gbit|200mbit] [--only NAME,…] [--build DIR]" >&2; exit 2 ;;
    esac
done
needed=()
for program in ssh:openssh-client sshd:openssh-server partclone.ext4:partclone rsync:rsync time:time; do
    command -v "${program%%:*}" > /dev/null || [ -x "/usr/sbin/${program%%:*}" ] || [ -x "/usr/bin/${program%%:*}" ] || needed+=("${program#*:}")
done
[ ${#needed[@]} = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${needed[@]}" > /dev/null

work=$(mktemp -d /var/tmp/edgelift-bench.XXXXXX)
on_exit rm -rf --one-file-system "$work"
disk=$cache/bench-6g.img

make_disk() { # 6 GiB, more than 3 of them used: system files, 80 000 small files, 500 MB that do not compress
    [ -f "$disk" ] && return
    echo "building the disk (once)…" >&2
    mkdir -p "$cache"
    truncate -s 6G "$disk.new"
    mkfs.ext4 -q -F "$disk.new"
    mkdir "$work/fill"
    mount -o loop "$disk.new" "$work/fill"
    cp -a --one-file-system /usr "$work/fill/" 2> /dev/null || true
    python3 - "$work/fill" <<'PYTHON'
import os, pathlib, random, shutil, sys
root = pathlib.Path(sys.argv[1])
def used(): s = os.statvfs(root); return (s.f_blocks - s.f_bfree) * s.f_frsize
while used() > 2_300_000_000:  # leave room for the rest: drop the largest top folders of usr
    shutil.rmtree(max((p for p in (root / "usr").iterdir() if p.is_dir() and not p.is_symlink()),
                      key=lambda p: sum(f.lstat().st_size for f in p.rglob("*"))))
words = [bytes(random.Random(i).choices(b"abcdefghijklmnopqrstuvwxyz ", k=8)) for i in range(4000)]
rng = random.Random(7)
for i in range(80_000):
    folder = root / "small" / str(i // 1000)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"f{i}").write_bytes(b" ".join(rng.choices(words, k=rng.randrange(20, 1200))))
with open(root / "random", "wb") as f:
    for _ in range(500): f.write(os.urandom(1_000_000))
n = 0
while used() < 3_200_000_000:  # logs: what servers are full of
    with open(root / f"log{n}", "wb") as f:
        for line in range(2_000_000): f.write(b"%d GET /item/%d HTTP/1.1 200 %s\n" % (line, rng.randrange(10**6), words[rng.randrange(4000)]))
    n += 1
PYTHON
    umount "$work/fill"
    mv "$disk.new" "$disk"
}

# Two hosts with one link.
src=elb-src-$$ dst=elb-dst-$$
make_network() {
    ip netns add "$src"; on_exit ip netns del "$src"
    ip netns add "$dst"; on_exit ip netns del "$dst"
    ip link add veth0 netns "$src" type veth peer name veth0 netns "$dst"
    ip -n "$src" addr add 10.99.0.1/24 dev veth0
    ip -n "$dst" addr add 10.99.0.2/24 dev veth0
    for host in "$src" "$dst"; do
        ip -n "$host" link set lo up
        ip -n "$host" link set veth0 up
        [ "$rate" = none ] || ip netns exec "$host" tc qdisc add dev veth0 root tbf rate "$rate" burst 256kb latency 50ms
    done
}
on_src() { ip netns exec "$src" "$@"; }
on_dst() { ip netns exec "$dst" "$@"; }
wire_bytes() { on_src cat /sys/class/net/veth0/statistics/tx_bytes; }

start_sshd() {
    mkdir -p "$work/ssh" /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/host"
    ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/user"
    install -m 600 "$work/ssh/user.pub" "$work/ssh/authorized"
    on_dst /usr/sbin/sshd -f /dev/null -h "$work/ssh/host" -o "AuthorizedKeysFile=$work/ssh/authorized" -o StrictModes=no -o UsePAM=no \
        -o PermitRootLogin=yes -o "PidFile=$work/ssh/pid" -o ListenAddress=10.99.0.2
    on_exit sh -c "kill \$(cat $work/ssh/pid)"
    remote="ssh -q -i $work/ssh/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
}

group=/sys/fs/cgroup/cpuacct/edgelift-bench-$$
mkdir "$group"
on_exit rmdir "$group"

declare -A seconds wire cpu peak
order=()
# measure NAME COMMAND: runs it in a shell inside the counted group. The target file is $work/target.
measure() {
    local name=$1 script=$2 before start
    [ -z "$only" ] || [[ $only == *",$name,"* ]] || return 0
    rm -f "$work/target"
    truncate -s 6G "$work/target"
    sync
    echo 3 > /proc/sys/vm/drop_caches
    echo 0 > "$group/cpuacct.usage"
    before=$(wire_bytes)
    start=$(date +%s.%N)
    env -i PATH="$PATH" disk="$disk" work="$work" remote="$remote" src="$src" dst="$dst" build="$build" group="$group" \
        bash -euo pipefail -c 'echo $$ > "$group/tasks"; on_src() { ip netns exec "$src" "$@"; }; on_dst() { ip netns exec "$dst" "$@"; }
            '"$script"'; sync -f "$work/target"' > "$work/log" 2>&1 || { echo "$name failed:"; tail -5 "$work/log"; return 0; }
    seconds[$name]=$(python3 -c "import time; print(f'{time.time() - $start:.1f}')")
    wire[$name]=$(($(wire_bytes) - before))
    cpu[$name]=$(python3 -c "print(f'{$(cat "$group/cpuacct.usage") / 1e9:.1f}')")
    peak[$name]=$(awk '/^PEAK/ && $2 > most {most = $2} END {print int(most / 1024)}' "$work/log")
    order+=("$name")
    printf '%-22s %7s s %8s MB %7s s cpu %6s MiB peak\n' "$name" "${seconds[$name]}" $((wire[$name] / 1000000)) "${cpu[$name]}" "${peak[$name]:-?}"
}

make_disk
make_network
start_sshd
mkdir -p "$work/mnt.src" "$work/mnt.dst" "$work/ours/devices"
mounts='mkfs.ext4 -q -F "$work/target"; mount -o loop,ro "$disk" "$work/mnt.src"; mount -o loop "$work/target" "$work/mnt.dst"
        trap "umount $work/mnt.src $work/mnt.dst" EXIT'
peak='/usr/bin/time -f "PEAK %M"'
echo "link: $rate; disk: 6 GiB ext4, $(tune2fs -l "$disk" | awk -F: '/Block count/ {b = $2} /Free blocks/ {f = $2} END {printf "%.2f GB used", (b - f) * 4096 / 1e9}')"
measure 'rsync+ssh' "$mounts; on_src $peak rsync -aHAX --numeric-ids -e \"\$remote\" \"\$work/mnt.src/\" 10.99.0.2:\"\$work/mnt.dst/\"; umount \"\$work/mnt.src\" \"\$work/mnt.dst\"; trap - EXIT"
measure 'rsync-z+ssh' "$mounts; on_src $peak rsync -aHAX --numeric-ids -z --zc=zstd -e \"\$remote\" \"\$work/mnt.src/\" 10.99.0.2:\"\$work/mnt.dst/\"; umount \"\$work/mnt.src\" \"\$work/mnt.dst\"; trap - EXIT"
measure 'partclone|zstd-1|ssh' 'partclone.ext4 -c -q -s "$disk" -o - | zstd -q -1 | on_src $remote 10.99.0.2 "zstd -dq | partclone.restore -q -C -s - -o $work/target"'
measure 'partclone|zstd-3|ssh' 'partclone.ext4 -c -q -s "$disk" -o - | zstd -q -3 | on_src $remote 10.99.0.2 "zstd -dq | partclone.restore -q -C -s - -o $work/target"'
measure 'dd|ssh' 'dd if="$disk" bs=4M status=none | on_src $remote 10.99.0.2 "dd of=$work/target bs=4M conv=notrunc status=none"'
measure 'edgelift' 'rm -rf "$work/ours"; mkdir -p "$work/ours/devices"; "$build/tests/benchcopy" keys "$work/ours" 10.99.0.2
    ln -sf "$work/target" "$work/ours/devices/virtio-bench"
    on_dst /usr/bin/time -f "PEAK %M" "$build/bin/edgelift-receiver" --config "$work/ours/receiver.json" & receiver=$!
    for i in $(seq 100); do on_dst sh -c "ss -ltn | grep -q :8703" && break; sleep 0.02; done
    on_src /usr/bin/time -f "PEAK %M" "$build/tests/benchcopy" send "$work/ours" "$disk"
    pkill -TERM -P $receiver; wait $receiver || true'
[ -z "${seconds[edgelift]:-}" ] && exit 1

python3 - "${seconds[edgelift]}" "${cpu[edgelift]}" "$(for name in "${order[@]}"; do [ "$name" = edgelift ] || echo "$name=${seconds[$name]}=${cpu[$name]}"; done)" <<'PYTHON'
import sys
ours, our_cpu = float(sys.argv[1]), float(sys.argv[2])
peers = [(float(s), name, float(c)) for name, s, c in (line.rsplit("=", 2) for line in sys.argv[3].split())]
if peers:
    best, name, _ = min(peers)
    print(f"edgelift / best peer ({name}): {ours / best:.2f} of the time")
    for s, peer, c in peers:
        if peer == "partclone|zstd-1|ssh":
            print(f"edgelift / {peer}: {our_cpu / c:.2f} of the processor time")
PYTHON
