#!/usr/bin/env bash
# Brings the .ts files up to date with the texts in the source. usage: translations/update.sh
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=/usr/lib/qt6/bin:$PATH
files=()
for code in en zh_CN zh_TW ja de fr es pt_BR ru ar; do
    files+=("translations/edgelift_$code.ts")
done
lupdate -silent -no-obsolete -locations none -source-language en -recursive app/wizard core -extensions cpp,h -I . -ts "${files[@]}"
