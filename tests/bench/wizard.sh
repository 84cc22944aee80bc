#!/usr/bin/env bash
# What the wizard itself costs: time to the first window (cold and warm), and processor time while a transfer runs.
#
# usage: sudo tests/bench/wizard.sh [STARTS]     exit 1: a bar is missed
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../gui/with-display.sh" "$here/../../build/release/tests/benchwizard" "$@"
