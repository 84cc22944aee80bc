#!/usr/bin/env bash
# Puts GRUB for BIOS into a server of this machine's distribution: the program that makes core images, by the name it has on other
# distributions, and its modules.
#
# usage: add-grub.sh ROOT
set -euo pipefail

root=${1:?usage: add-grub.sh ROOT}
mkdir -p "$root/usr/lib/grub"
cp -a /usr/lib/grub/i386-pc "$root/usr/lib/grub/"
cp -L "$(command -v grub-mkimage)" "$root/usr/bin/grub2-mkimage"
chroot "$root" /usr/bin/grub2-mkimage --version
