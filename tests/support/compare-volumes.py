#!/usr/bin/env python3
"""Compares filesystems by what is in them, wherever they are on their disks.

usage: compare-volumes.py [--exclude PATTERN]… SOURCE_DISK… -- TARGET_DISK…
Every filesystem and swap area of the source that has a UUID must be on the targets, too (raw or qcow2), sound by its own fsck, with the same
label, and with the same files by `rsync -anc --delete -HAXS --numeric-ids`. Prints what differs and exits 1. Looks into partitions and into
linear logical volumes (without device-mapper). Needs root.
"""
import contextlib
import json
import os
import subprocess
import sys
import tempfile

CHECKS = {"ext2": ["e2fsck", "-fn"], "ext3": ["e2fsck", "-fn"], "ext4": ["e2fsck", "-fn"], "xfs": ["xfs_repair", "-n"],
          "btrfs": ["btrfs", "check", "--readonly"], "vfat": ["fsck.vfat", "-n"]}
OPTIONS = {"ext2": "ro", "ext3": "ro,noload", "ext4": "ro,noload", "xfs": "ro,norecovery,nouuid", "btrfs": "ro", "vfat": "ro"}


def run(*command):
    environment = dict(os.environ, LC_ALL="C", LVM_SUPPRESS_FD_WARNINGS="1")
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@contextlib.contextmanager
def region(disk, offset, length):
    device = run("losetup", "--find", "--show", "--read-only", "--offset", str(offset), "--sizelimit", str(length), disk).stdout.strip()
    if not device:
        sys.exit(f"no loop device for {disk} at {offset}")
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


def probe(disk, offset, length):
    with region(disk, offset, length) as device:
        lines = run("blkid", "-p", "-o", "export", device).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def logical_volumes(disk, offset, length):
    with region(disk, offset, length) as device:
        settings = ("global{activation=0} devices{use_devicesfile=0 obtain_device_list_from_udev=0 "
                    f'global_filter=["a|^{device}$|","r|.*|"]}}')
        report = run("lvm", "lvs", "--config", settings, "--reportformat", "json", "--units", "b", "--nosuffix", "--segments", "-o",
                     "lv_name,vg_name,seg_pe_ranges,vg_extent_size").stdout
        start = run("lvm", "pvs", "--config", settings, "--reportformat", "json", "--units", "b", "--nosuffix", "-o", "pe_start").stdout
    first = int(json.loads(start)["report"][0]["pv"][0]["pe_start"])
    rows = next(iter(json.loads(report)["report"][0].values()))
    for row in rows:
        low, high = (int(number) for number in row["seg_pe_ranges"].split(":")[1].split("-"))
        extent = int(row["vg_extent_size"])
        yield offset + first + low * extent, (high - low + 1) * extent, f"{row['vg_name']}/{row['lv_name']}"


def volumes(disk):
    """What is on a disk: {UUID: (disk, offset, length, facts, name)}."""
    found = {}
    table = json.loads(run("sfdisk", "--json", disk).stdout)["partitiontable"]
    for entry in table["partitions"]:
        offset, length, name = entry["start"] * 512, entry["size"] * 512, entry["node"]
        facts = probe(disk, offset, length)
        inside = logical_volumes(disk, offset, length) if facts.get("TYPE") == "LVM2_member" else [(offset, length, name)]
        for at, size, place in inside:
            facts = probe(disk, at, size)
            if facts.get("UUID"):
                found[facts["UUID"]] = (disk, at, size, facts, place)
    return found


def compare(uuid, source, target, excludes, folder):
    if source[3]["TYPE"] != target[3]["TYPE"] or source[3].get("LABEL") != target[3].get("LABEL"):
        yield f"{uuid}: {source[3]} became {target[3]}"
    kind = source[3]["TYPE"]
    if kind not in CHECKS:
        return
    with region(*source[:3]) as one, region(*target[:3]) as other:
        check = run(*CHECKS[kind], other)
        if check.returncode != 0:
            yield f"{uuid}: {CHECKS[kind][0]} says {check.stdout[-2000:]} {check.stderr[-500:]}"
        mounts = []
        try:
            for number, device in enumerate((one, other)):
                place = os.path.join(folder, str(number))
                os.makedirs(place, exist_ok=True)
                mounted = run("mount", "-t", kind, "-o", OPTIONS[kind], device, place)
                if mounted.returncode != 0:
                    yield f"{uuid}: {mounted.stderr}"
                    return
                mounts.append(place)
            skip = [f"--exclude={pattern}" for pattern in excludes]
            listed = run("rsync", "-anc", "--delete", "-HAXS", "--numeric-ids", "--itemize-changes", *skip, f"{mounts[0]}/", f"{mounts[1]}/")
            for line in (listed.stdout + listed.stderr).splitlines():
                yield f"{uuid} ({source[4]} → {target[4]}): {line}"
        finally:
            for place in mounts:
                run("umount", place)


def raw(disk, folder):
    if run("qemu-img", "info", "--output=json", disk).stdout and '"format": "raw"' not in run(
            "qemu-img", "info", "--output=json", disk).stdout:
        plain = os.path.join(folder, f"{os.path.basename(disk)}.raw")
        run("qemu-img", "convert", "-O", "raw", disk, plain)
        return plain
    return disk


def main():
    arguments = sys.argv[1:]
    excludes = []
    while arguments[0] == "--exclude":
        excludes.append(arguments[1])
        arguments = arguments[2:]
    middle = arguments.index("--")
    with tempfile.TemporaryDirectory() as folder:
        sources, targets = {}, {}
        for disk in arguments[:middle]:
            sources |= volumes(disk)
        for disk in arguments[middle + 1:]:
            targets |= volumes(raw(disk, folder))
        problems = [f"{uuid} ({sources[uuid][4]}) is missing" for uuid in sources.keys() - targets.keys()]
        for uuid in sources.keys() & targets.keys():
            problems += compare(uuid, sources[uuid], targets[uuid], excludes, folder)
    print("\n".join(problems))
    sys.exit(bool(problems))


main()
