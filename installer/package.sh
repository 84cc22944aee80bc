#!/usr/bin/env bash
# Makes what is installed on a server: a Debian package and a self-extracting archive for any x86-64 Linux.
#
# usage: package.sh [--built]     --built: packages and programs are there already; do not install or build anything
# The results are in build/release/packages: edgelift_VERSION_amd64.deb and edgelift-VERSION-linux-x86_64.run
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
"") ./installer/build.sh release ;;
--built) ;;
*) echo "usage: package.sh [--built]" >&2; exit 2 ;;
esac

build=$PWD/build/release out=$PWD/build/release/packages
version=$(sed -n 's/^edgelift (\(.*\)).*/\1/p' installer/deb/changelog | head -1)
SOURCE_DATE_EPOCH=$(date -d "$(sed -n 's/^ -- .*>  //p' installer/deb/changelog | head -1)" +%s)
export SOURCE_DATE_EPOCH # every file's time: the same input gives the same package
mkdir -p "$out"
log=$out/cpack.log
(cd "$build" && cpack -B "$out") > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
rm -rf "$log" "$out/_CPack_Packages"
./installer/portable/make.sh "$build" "$version" "$out/edgelift-$version-linux-x86_64.run"
ls -1 "$out"/*
