#!/usr/bin/env bash
# Runs the wizard on an accessibility bus of its own and walks it with assistive_walk.py.
#
# usage: dbus-run-session -- assistive-walk.sh EDGELIFT_PROGRAM SOCKET ENDPOINT CODE_FILE     with DISPLAY set
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
state=$(mktemp -d)
/usr/libexec/at-spi-bus-launcher --launch-immediately & bus=$!
trap 'kill ${wizard:-} $bus 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$state"' EXIT
for _ in $(seq 50); do # until the bus can be asked for
    gdbus call --session --dest org.a11y.Bus --object-path /org/a11y/bus --method org.a11y.Bus.GetAddress > /dev/null 2>&1 && break
    sleep 0.1
done
QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1 "$1" --socket "$2" --service "$3" --state-dir "$state" --language en --theme light & wizard=$!
/usr/bin/python3 "$here/assistive_walk.py" "$4"
