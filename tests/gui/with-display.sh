#!/usr/bin/env bash
# Runs a command in front of an X server of its own: no window manager, 1024x600 unless EDGELIFT_SCREEN says otherwise.
#
# usage: with-display.sh COMMAND ARGUMENT…
set -euo pipefail
folder=$(mktemp -d)
chmod 700 "$folder"
mkfifo "$folder/number"
Xvfb -displayfd 3 -screen 0 "${EDGELIFT_SCREEN:-1024x600x24}" -nolisten tcp 3> "$folder/number" 2> "$folder/log" &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
if ! read -r -t 30 number < "$folder/number"; then
    cat "$folder/log" >&2
    exit 1
fi
export DISPLAY=:$number QT_QPA_PLATFORM=xcb XDG_RUNTIME_DIR=$folder QT_ACCESSIBILITY=1
unset WAYLAND_DISPLAY SSH_CONNECTION
"$@"
