# Sourced, after `rate` is set: two hosts (network namespaces) with one link between them, an sshd on the second, and rows of what a copy
# costs. work: a folder for the run; remote: ssh as rsync takes it; on_src, on_dst: a command on a host; results: the rows.
work=$(mktemp -d /var/tmp/edgelift-bench.XXXXXX)
on_exit rm -rf --one-file-system "$work"

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
# measure NAME SCRIPT: runs it in a shell inside the group, with `disk`, `work`, `remote`, `build`. The target is $work/target, a sparse
# file of the disk's size.
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
