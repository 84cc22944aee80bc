#!/usr/bin/env bash
# Installs what is needed, builds, runs the tests.
#
# usage: sudo tests/run.sh [--all]
#   release: every test but those labelled slow; asan: unit and integration tests. --all adds the slow ones, and runs every fuzzer for
#   EDGELIFT_FUZZ_SECONDS (60); what they found once is part of the unit tests.
set -euo pipefail
cd "$(dirname "$0")/.."

# A test that measures time may lose once against a busy machine; a fault fails twice.
again=(--repeat until-pass:2)
slow=(--label-exclude slow)
if [ "${1:-}" = --all ]; then
    slow=()
    ./installer/setup.sh --all
fi
./installer/build.sh release
ctest --preset release --parallel 2 "${again[@]}" "${slow[@]}"
./installer/build.sh asan
ctest --preset asan --parallel 2 "${again[@]}" --label-regex 'unit|integration' --label-exclude 'slow|qemu|kernel'
if [ "${1:-}" = --all ]; then
    ./tests/fuzz/run.sh
fi
