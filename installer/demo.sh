#!/usr/bin/env bash
# Everything on a fresh Debian 12: installs the packages, builds, and demonstrates the product with a sample server and a simulated cloud.
# With a display: opens the wizard's demonstration (edgelift --demo). Without, or with --headless: migrates the sample server into an ENS
# image by command line, then boots the image to prove it. No account, no network beyond Debian's packages.
#
# usage: sudo installer/demo.sh [--headless]
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
"" | --headless) ;;
*) echo "usage: sudo installer/demo.sh [--headless]" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "demo.sh: run as root, for example: sudo $0" >&2; exit 7; }

say() { printf '\n== %s\n' "$*"; }

# has_display: whether there is an X display that lets us open a window. Looks for the key of whoever called sudo, too.
has_display() {
    [ -n "${DISPLAY:-}" ] || return 1
    local home
    home=$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)
    if [ -z "${XAUTHORITY:-}" ] && [ -f "$home/.Xauthority" ]; then
        export XAUTHORITY=$home/.Xauthority
    fi
    timeout 10 python3 -c '
import ctypes, sys
x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
sys.exit(x11.XOpenDisplay(None) is None)' 2> /dev/null
}

say "Packages and build"
./installer/build.sh release
bin=$PWD/build/release/bin

if [ "${1:-}" != --headless ] && has_display; then
    say "The wizard, on the display $DISPLAY (without a window: $0 --headless)"
    exec "$bin/edgelift" --demo
fi

work=/var/tmp/edgelift-demo
rm -rf "$work"
mkdir -p -m 700 "$work"
started=$SECONDS

say "A sample server: two disks, GRUB, ext4 and xfs"
./tests/support/mini-server.sh "$work/source" > /dev/null
expected=$(cat "$work/source/expected")
echo "On its console it says: $expected"

say "A simulated cloud"
coproc service { exec "$bin/edgelift-service" --simulated-cloud --data-dir "$work/cloud" --listen 127.0.0.1:0; }
service_pid=$service_PID
trap 'kill $service_pid 2>/dev/null || true; wait $service_pid 2>/dev/null || true' EXIT
read -r ready <&"${service[0]}"
endpoint=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["endpoint"])' "$ready")
credential() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/cloud/credentials.json" "$1"; }
ALIBABA_CLOUD_ACCESS_KEY_ID=$(credential accessKeyId)
ALIBABA_CLOUD_ACCESS_KEY_SECRET=$(credential accessKeySecret)
export ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
echo "It answers at $endpoint."

say "Migration"
ctl=("$bin/edgeliftctl" --endpoint "$endpoint" --state-dir "$work/state" --socket "$work/agent.sock")
disks=(--source-disk "$work/source/system.img" --source-disk "$work/source/data.img")
(umask 077 && "${ctl[@]}" code create --quota 2 --days 1 > "$work/code")
"${ctl[@]}" "${disks[@]}" plan new > "$work/plan.json"
"${ctl[@]}" "${disks[@]}" migrate --plan "$work/plan.json" --code-file "$work/code"

say "Proof: the image boots (in QEMU, without being changed)"
"${ctl[@]}" "${disks[@]}" report --boot-check
console=$(find "$work/state" -path '*/boot/console.log')
grep -aoF "$expected" "$console"
echo "The migrated server answers as the source did. $((SECONDS - started)) s in all after the build."
echo "Report: $(find "$work/state" -name report.html)"
