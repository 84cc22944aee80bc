#!/usr/bin/env bash
# Pictures of every page in every state: OUT/100 at 1024x600, OUT/200 at twice the size of everything, for en, zh_CN, de and ar (or the
# languages named). Says what text does not fit, and fails then.
#
# usage: tests/gui/screenshots.sh OUT [LANGUAGE…]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: screenshots.sh OUT [LANGUAGE…]}
shift
languages=("${@:-en}")
[ $# -gt 0 ] || languages=(en zh_CN de ar)
program=$here/../../build/release/tests/screenshots
bad=0
for scale in 1 2; do
    folder=$out/${scale}00
    mkdir -p "$folder"
    for language in "${languages[@]}"; do
        QT_SCALE_FACTOR=$scale EDGELIFT_SCREEN=$((1024 * scale))x$((600 * scale))x24 "$here/with-display.sh" "$program" "$language" "$folder" || bad=1
    done
done
exit $bad
