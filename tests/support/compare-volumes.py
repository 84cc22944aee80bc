#!/usr/bin/env python3
"""Compares filesystems by what is in them, wherever they are on their disks.

usage: compare-volumes.py [--exclude PATTERN]… [--report REPORT.json] SOURCE_DISK… -- TARGET_DISK…
Every filesystem and swap area of the source that has a UUID must be on the targets, too (raw or qcow2), sound by its own fsck, with the same
label, and with the same files by `rsync -anc --delete -HAXS --numeric-ids`. Prints what differs and exits 1. Looks into partitions and into
linear logical volumes (without device-mapper). A btrfs must also have the same subvolumes. FAT is read by mtools. Needs root.
  --report  of the migration: what it says was changed, excluded or left out may differ; nothing else may
"""
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

CHECKS = {"ext2": ["e2fsck", "-fn"], "ext3": ["e2fsck", "-fn"], "ext4": ["e2fsck", "-fn"], "xfs": ["xfs_repair", "-n"],
          "btrfs": ["btrfs", "check", "--readonly"], "vfat": ["fsck.vfat", "-n"]}
OPTIONS = {"ext2": "ro", "ext3": "ro,noload", "ext4": "ro,noload", "xfs": "ro,norecovery,nouuid", "btrfs": "ro,subvolid=5"}


class Expected:
    """What may differ, by the report of the migration; all paths are the server's."""

    def __init__(self, report):
        self.changed, self.excludes, self.left_out, self.points = set(), [], [], []
        if not report:
            return
        with open(report) as file:
            content = json.load(file)
        conversion = content["conversion"].get("report", {})
        self.changed = {change["path"] for fix in conversion.get("fixes", []) for change in fix["changes"]}
        for image in conversion.get("initramfs", []):
            self.changed |= {image["path"], "/var/lib/initramfs-tools/" + image["kernel"]}
        self.excludes = content["plan"]["excludes"]
        for note in content["copy"]["notes"]:
            if "read-only snapshots are left out: " in note:
                self.left_out += note.split("left out: ")[1].split(", ")
        facts = content["source"]["facts"]
        uuids = {volume["id"]: volume["uuid"] for volume in facts["volumes"]}
        for entry in facts["fstab"]:
            spec = entry["spec"].removeprefix("UUID=")
            match = re.match(r"/dev/(?:mapper/)?(\w+)[-/](\w+)$", entry["spec"])
            uuid = uuids.get(f"{match[1]}/{match[2]}") if match else spec
            subvolume = re.search(r"(?:^|,)subvol=/?([^,]+)", entry["options"])
            self.points.append((uuid, subvolume[1] + "/" if subvolume else "", entry["mountPoint"]))

    def server_path(self, uuid, path):
        """Where the server has what is at `path` of that filesystem; nothing: nowhere."""
        for point_uuid, subvolume, point in self.points:
            if point_uuid == uuid and path.startswith(subvolume):
                return os.path.join(point, path[len(subvolume):])
        return None

    def allows(self, uuid, line):
        """`line`: of rsync --itemize-changes."""
        what, _, path = line.partition(" ")
        path = path.strip().removeprefix("./")
        if path.endswith(".edgelift-orig"):
            return True
        if any(path == snapshot + "/" or path.startswith(snapshot + "/") for snapshot in self.left_out):
            return not what.startswith("*")
        server = self.server_path(uuid, path)
        if server is None:
            return False
        if server in self.changed:
            return True
        # A folder in which something may differ has another time; it may even be new.
        around = server.endswith("/") and any(change.startswith(server) for change in self.changed)
        return around and (what == ".d..t......" or what == "*deleting")

    def patterns(self, uuid):
        """The plan's excludes as an rsync of that filesystem alone wants them. For patterns without wildcards in their folders."""
        for pattern in self.excludes:
            inside = [subvolume + pattern[len(point.rstrip("/")):].lstrip("/") for point_uuid, subvolume, point in self.points
                      if point_uuid == uuid and pattern.startswith(point.rstrip("/") + "/")]
            yield from (["/" + each for each in inside] if pattern.startswith("/") else [pattern])


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


def joined(disk, places, folder):
    """Runs of bytes, one behind the other, as a file."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file, open(disk, "rb") as source:
        for at, size in places:
            source.seek(at)
            while size > 0:
                piece = source.read(min(size, 1 << 20))
                file.write(piece) if piece.strip(b"\0") else file.seek(len(piece), os.SEEK_CUR)
                size -= len(piece)
        file.truncate(sum(size for _, size in places))
        return file.name


def logical_volumes(disk, offset, length, folder):
    """(disk, offset, length, name) of each; one of several segments is put together in a file."""
    with region(disk, offset, length) as device:
        settings = ("global{activation=0} devices{use_devicesfile=0 obtain_device_list_from_udev=0 "
                    f'global_filter=["a|^{device}$|","r|.*|"]}}')
        report = run("lvm", "lvs", "--config", settings, "--reportformat", "json", "--units", "b", "--nosuffix", "--segments", "-o",
                     "lv_name,vg_name,seg_start,seg_pe_ranges,vg_extent_size").stdout
        start = run("lvm", "pvs", "--config", settings, "--reportformat", "json", "--units", "b", "--nosuffix", "-o", "pe_start").stdout
    first = int(json.loads(start)["report"][0]["pv"][0]["pe_start"])
    rows = next(iter(json.loads(report)["report"][0].values()))
    segments = {}
    for row in sorted(rows, key=lambda row: int(row["seg_start"])):
        low, high = (int(number) for number in row["seg_pe_ranges"].split(":")[1].split("-"))
        extent = int(row["vg_extent_size"])
        segments.setdefault(f"{row['vg_name']}/{row['lv_name']}", []).append((offset + first + low * extent, (high - low + 1) * extent))
    for name, places in segments.items():
        if len(places) == 1:
            yield disk, *places[0], name
        else:
            yield joined(disk, places, folder), 0, sum(size for _, size in places), name


def volumes(disk, folder):
    """What is on a disk: {UUID: (disk, offset, length, facts, name)}."""
    found = {}
    table = json.loads(run("sfdisk", "--json", disk).stdout)["partitiontable"]
    for entry in table["partitions"]:
        offset, length, name = entry["start"] * 512, entry["size"] * 512, entry["node"]
        facts = probe(disk, offset, length)
        grouped = facts.get("TYPE") == "LVM2_member"
        for holder, at, size, place in logical_volumes(disk, offset, length, folder) if grouped else [(disk, offset, length, name)]:
            facts = probe(holder, at, size)
            if facts.get("UUID"):
                found[facts["UUID"]] = (holder, at, size, facts, place)
    return found


def read_fat(device, place):
    read = subprocess.run(["mcopy", "-s", "-n", "-m", "-i", device, "::", place], capture_output=True, text=True,
                          env=dict(os.environ, MTOOLS_SKIP_CHECK="1"))
    return read.stderr if read.returncode else ""


def renamed_btrfs(region_of, folder):
    """A copy with another UUID: two of one UUID cannot be mounted at once."""
    disk, offset, length = region_of
    copy = os.path.join(folder, "btrfs.img")
    with region(disk, offset, length) as device:
        run("dd", f"if={device}", f"of={copy}", "bs=4M", "conv=sparse")
    os.truncate(copy, length)
    changed = run("btrfstune", "-f", "-m", copy)
    if changed.returncode:
        sys.exit(f"btrfstune: {changed.stderr}")
    return copy, 0, length


def subvolumes(place):
    lines = run("btrfs", "subvolume", "list", place).stdout.splitlines()
    default = run("btrfs", "subvolume", "get-default", place).stdout
    return {line.split(" path ", 1)[1] for line in lines}, default.partition(" path ")[2].strip()


def show(kind, device, place):
    """The filesystem's files at `place`; what went wrong, or nothing."""
    os.makedirs(place, exist_ok=True)
    if kind == "vfat":
        return read_fat(device, place)
    mounted = run("mount", "-t", kind, "-o", OPTIONS[kind], device, place)
    return mounted.stderr if mounted.returncode else ""


def differences(places, kind, excludes):
    skip = [f"--exclude={pattern}" for pattern in excludes]
    how = ["-rtnc", "--modify-window=2"] if kind == "vfat" else ["-anc", "-HAXS", "--numeric-ids"]
    listed = run("rsync", *how, "--delete", "--itemize-changes", *skip, f"{places[0]}/", f"{places[1]}/")
    return (listed.stdout + listed.stderr).splitlines()


def compare(uuid, source, target, excludes, expected, folder):
    if source[3]["TYPE"] != target[3]["TYPE"] or source[3].get("LABEL") != target[3].get("LABEL"):
        yield f"{uuid}: {source[3]} became {target[3]}"
    kind = source[3]["TYPE"]
    if kind not in CHECKS:
        return
    original = renamed_btrfs(source[:3], folder) if kind == "btrfs" else source[:3]
    with region(*original) as one, region(*target[:3]) as other:
        check = run(*CHECKS[kind], other)
        if check.returncode != 0:
            yield f"{uuid}: {CHECKS[kind][0]} says {check.stdout[-2000:]} {check.stderr[-500:]}"
        mounts = []
        try:
            for number, device in enumerate((one, other)):
                place = os.path.join(folder, str(number))
                wrong = show(kind, device, place)
                if wrong:
                    yield f"{uuid}: {wrong}"
                    return
                mounts.append(place)
            for line in differences(mounts, kind, [*excludes, *expected.patterns(uuid)]):
                if not expected.allows(uuid, line):
                    yield f"{uuid} ({source[4]} → {target[4]}): {line}"
            for pattern in expected.patterns(uuid):
                there = glob.glob(mounts[1] + pattern) if pattern.startswith("/") else []
                yield from (f"{uuid}: {path[len(mounts[1]):]} is there though it was excluded" for path in there)
            if kind == "btrfs":
                (before, default), (after, default_after) = subvolumes(mounts[0]), subvolumes(mounts[1])
                if before - set(expected.left_out) != after or default != default_after:
                    yield f"{uuid}: subvolumes {before} (default {default}) became {after} (default {default_after})"
        finally:
            for place in mounts:
                run("umount", place) if kind != "vfat" else shutil.rmtree(place)


def raw(disk, folder):
    if run("qemu-img", "info", "--output=json", disk).stdout and '"format": "raw"' not in run(
            "qemu-img", "info", "--output=json", disk).stdout:
        plain = os.path.join(folder, f"{os.path.basename(disk)}.raw")
        run("qemu-img", "convert", "-O", "raw", disk, plain)
        return plain
    return disk


def main():
    arguments = sys.argv[1:]
    excludes, report = [], None
    while arguments[0] in ("--exclude", "--report"):
        if arguments[0] == "--exclude":
            excludes.append(arguments[1])
        else:
            report = arguments[1]
        arguments = arguments[2:]
    expected = Expected(report)
    middle = arguments.index("--")
    with tempfile.TemporaryDirectory() as folder:
        sources, targets = {}, {}
        for disk in arguments[:middle]:
            sources |= volumes(disk, folder)
        for disk in arguments[middle + 1:]:
            targets |= volumes(raw(disk, folder), folder)
        problems = [f"{uuid} ({sources[uuid][4]}) is missing" for uuid in sources.keys() - targets.keys()]
        for uuid in sources.keys() & targets.keys():
            problems += compare(uuid, sources[uuid], targets[uuid], excludes, expected, folder)
    print("\n".join(problems))
    sys.exit(bool(problems))


main()
