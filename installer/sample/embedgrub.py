#!/usr/bin/env python3
"""Puts GRUB for BIOS on a disk image, as grub-bios-setup would, where the kernel has no partition nodes.

usage: embedgrub.py DISK CORE_IMG START_SECTOR   (CORE_IMG from grub-mkimage -O i386-pc; START_SECTOR: MBR gap or bios_grub)

boot.img goes to sector 0 (its first 440 bytes): the core's first sector at 0x5c, boot drive "as told by the BIOS" at 0x64. The last
twelve bytes of the core's first sector are a block list: where its second sector lies, how many follow, and the load segment.
"""
import struct
import sys

BOOT_IMG = "/usr/lib/grub/i386-pc/boot.img"


def main(disk, core_path, start):
    boot = bytearray(open(BOOT_IMG, "rb").read())
    core = bytearray(open(core_path, "rb").read())
    core += b"\0" * (-len(core) % 512)
    struct.pack_into("<Q", boot, 0x5C, start)
    boot[0x64] = 0xFF
    boot[0x66:0x68] = b"\x90\x90"  # keep the drive number the BIOS gave
    struct.pack_into("<QH", core, 0x1F4, start + 1, len(core) // 512 - 1)
    with open(disk, "r+b") as image:
        image.write(boot[:440])
        image.seek(start * 512)
        image.write(core)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
