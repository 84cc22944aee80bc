#!/bin/sh
# Edgelift @VERSION@ for x86-64 Linux. This file unpacks itself into a folder; nothing else on the system is touched.
# Needs sh, tar, gzip and the core utilities.
set -eu

version=@VERSION@ bytes=@BYTES@ sha256=@SHA256@

usage() {
    cat << USAGE
usage: sh $(basename "$0") [--target DIR] [--check] [--list] [--help]

Unpacks Edgelift $version into DIR (./edgelift-$version unless given), which must not exist yet.
  --check   only tells whether this file is whole
  --list    only lists what is in it
USAGE
}

fail() {
    echo "$(basename "$0"): $1" >&2
    exit "$2"
}

payload() { tail -c "$bytes" "$0"; }

check() {
    [ "$(payload | sha256sum | cut -c 1-64)" = "$sha256" ] || fail "this file is damaged or not complete; fetch it again" 3
}

target=./edgelift-$version
while [ $# -gt 0 ]; do
    case $1 in
    --target)
        [ $# -ge 2 ] || fail "--target needs a folder" 2
        target=$2
        shift
        ;;
    --target=*) target=${1#--target=} ;;
    --check) check && echo "whole: Edgelift $version" && exit 0 ;;
    --list) check && payload | tar -tzf - && exit 0 ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

[ "$(uname -m)" = x86_64 ] || fail "this machine is $(uname -m); Edgelift is made for x86_64" 3
[ ! -e "$target" ] || fail "$target exists already; choose another folder with --target" 3
check
mkdir -p "$(dirname "$target")" || fail "$(dirname "$target") cannot be made" 3
unpacked=$(mktemp -d "$(dirname "$target")/.edgelift.XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
umask 022
payload | tar -xzf - --no-same-owner -C "$unpacked" || fail "unpacking failed; is there room for 250 MB in $(dirname "$target")?" 4
"$unpacked/edgelift-$version/bin/edgeliftctl" --version > /dev/null ||
    fail "programs cannot be started in $(dirname "$target"): is it mounted with noexec? Choose another folder with --target" 4
mv "$unpacked/edgelift-$version" "$target"
cat << DONE
Edgelift $version is in $target. As root:
  $target/bin/edgelift             the window
  $target/bin/edgeliftctl --help   the command line
To remove it, remove the folder, and /var/lib/edgelift and /var/log/edgelift when it was used.
DONE
exit 0
