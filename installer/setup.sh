#!/usr/bin/env bash
# Installs every Debian 12 package that building, running and testing Edgelift needs. The one list; run as root; quick when all is there.
#
# usage: setup.sh [--all]     --all: also what only the slow suites need (tests/run.sh --all, tests/bench/peers.sh)
set -euo pipefail

packages=(
    # build
    g++ cmake ninja-build mold ccache pkg-config python3 git
    qt6-base-dev libssl-dev libzstd-dev libxxhash-dev libblkid-dev libfdisk-dev libext2fs-dev comerr-dev libbtrfsutil-dev
    libarchive-dev libquazip1-qt6-dev zlib1g-dev libcpp-httplib-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools qt6-translations-l10n
    fonts-noto-core fonts-droid-fallback
    clang libbpf-dev bpftool # the program that runs in the kernel
    # what the agent, the receiver and the simulated cloud call
    qemu-utils qemu-system-x86 e2fsprogs xfsprogs btrfs-progs dosfstools mtools lvm2 fdisk mount util-linux curl tar gzip pigz zstd xz-utils lz4
    # tests and the sample servers
    busybox-static grub-pc-bin grub-common grub2-common grub-efi-amd64-bin ovmf kmod cpio gdisk debootstrap ca-certificates iproute2
    procps rsync openssl clang-format clang-tidy libbenchmark-dev xvfb xauth at-spi2-core dbus python3-pyatspi gir1.2-atspi-2.0
    # packing, and looking at what was packed
    dpkg-dev xkb-data libx11-data lintian man-db desktop-file-utils appstream libxml2-utils x11-utils
)
[ "${1:-}" = --all ] && packages+=(
    libclang-rt-14-dev # the fuzzers
    openssh-client openssh-server partclone # whom the benchmark compares with
    fio # the load under which tracking is measured
)

[ "$(id -u)" = 0 ] || { echo "setup.sh: run as root, for example: sudo $0" >&2; exit 7; }
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
