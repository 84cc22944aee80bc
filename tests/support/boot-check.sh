#!/usr/bin/env bash
# Boots disks in QEMU without changing them and waits for a text on the serial console.
#
# usage: boot-check.sh [--timeout SECONDS] [--log FILE] [--uefi] TEXT DISK…   (TEXT is a fixed string; DISK raw or qcow2)
# Prints the console line that holds TEXT; exit 0 found, 1 not found in time (the end of the console goes to standard error).
set -euo pipefail

timeout=120 log= firmware=()
while [[ ${1:-} == --* ]]; do
    case $1 in
    --timeout) timeout=$2; shift 2 ;;
    --log) log=$2; shift 2 ;;
    --uefi) firmware=(-bios /usr/share/ovmf/OVMF.fd); shift ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
    esac
done
text=${1:?usage: boot-check.sh TEXT DISK…}
shift
[ -n "$log" ] || { log=$(mktemp); trap 'rm -f "$log"' EXIT; }
: > "$log"

disks=()
for disk in "$@"; do
    format=$(qemu-img info --output=json "$disk" | python3 -c 'import json, sys; print(json.load(sys.stdin)["format"])')
    disks+=(-drive "file=$disk,format=$format,if=virtio,snapshot=on,cache=unsafe")
done
qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -display none -no-reboot "${firmware[@]}" "${disks[@]}" \
    -nic user,model=virtio-net-pci,restrict=on -serial "file:$log" -monitor none &
vm=$!
trap 'kill $vm 2>/dev/null || true; wait $vm 2>/dev/null || true' EXIT

for ((tick = 0; tick < timeout * 5; tick++)); do
    if line=$(grep -aF -m1 -- "$text" "$log"); then
        printf '%s\n' "${line//$'\r'/}"
        exit 0
    fi
    kill -0 $vm 2>/dev/null || break
    sleep 0.2
done
echo "not on the console within $timeout s: $text" >&2
tail -c 3000 "$log" >&2
exit 1
