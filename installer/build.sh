#!/usr/bin/env bash
# Installs the packages and builds a preset. usage: build.sh [PRESET]   (release unless named)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
./installer/setup.sh
# The compiler cache serves every checkout on this machine, precompiled header included.
export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache} CCACHE_DIR=${CCACHE_DIR:-/var/cache/edgelift-tests/ccache}
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
mkdir -p "$CCACHE_DIR"
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" > /dev/null
cmake --build --preset "$preset"
