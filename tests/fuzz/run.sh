#!/usr/bin/env bash
# Builds the fuzzers and runs each of them (or those named) for EDGELIFT_FUZZ_SECONDS (60), two at a time. Fails when one finds anything; the
# input that did it then lies in build/fuzz/findings: it belongs into tests/fuzz/corpus/<target>, and what it found is to be mended.
# usage: tests/fuzz/run.sh [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/../.."
./installer/setup.sh --all
./installer/build.sh fuzz
export SECONDS_EACH=${EDGELIFT_FUZZ_SECONDS:-60}
findings=$PWD/build/fuzz/findings
rm -rf "$findings"
mkdir -p "$findings"
# In memory, where there is some: the targets write state files and sync them.
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" edgelift-fuzz.XXXXXX)
trap 'rm -rf "$work"' EXIT

fuzz_one() {
    local target=$1 findings=$2 work=$3
    mkdir -p "$work/$target/corpus" "$work/$target/tmp"
    if TMPDIR=$work/$target/tmp "build/fuzz/fuzzers/fuzz_$target" -max_total_time="$SECONDS_EACH" -timeout=60 -rss_limit_mb=1500 \
        -malloc_limit_mb=800 -max_len=65536 -print_final_stats=1 -artifact_prefix="$findings/$target-" \
        "$work/$target/corpus" "tests/fuzz/corpus/$target" > "$findings/$target.log" 2>&1; then
        echo "fuzz $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$findings/$target.log") inputs, nothing found"
    else
        echo "fuzz $target: FOUND SOMETHING"
        grep -vE '^#[0-9]+.*(NEW|REDUCE|pulse)' "$findings/$target.log" | tail -60
        return 1
    fi
}
export -f fuzz_one
[ $# -gt 0 ] || set -- $(ls tests/fuzz/corpus)
printf '%s\n' "$@" | xargs -P 2 -I{} bash -c 'fuzz_one "$@"' _ {} "$findings" "$work"
