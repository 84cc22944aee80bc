#!/usr/bin/env bash
# Pictures of every page in every state on a screen of 1024x600: OUT/100, and OUT/200 with everything at twice its size, for en, zh_CN, de and
# ar (or the languages named). Says what does not look right, and fails then. EDGELIFT_THEME=dark or high-contrast: in other colours.
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
        QT_SCALE_FACTOR=$scale "$here/with-display.sh" "$program" "$language" --pictures "$folder" || bad=1
    done
done
exit $bad
