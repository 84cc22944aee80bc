"""The trackers on Debian 12's kernel, in QEMU: what they need that the kernel of a test machine may refuse or lack (blktrace, where it is locked
down; zoned and SCSI disks, md). Runs the tests of tests/unit/tracking there and prints their tables. usage: test_trackers.py BUILD_DIR"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from guestmachine import GuestMachine

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
# With what they are asked: not how quick the trackers are, since this processor is emulated.
TESTS = {"tst_odddisks": "", "tst_trackerfaults": "", "tst_choosetracker": "",
         "tst_trackers": "marksExactlyWhatWasWritten erasSeparateRounds largeDiscardsAreMarked sectorsBeyond32BitsAreMarked eachDiskHasItsOwnMarks "
                         "writeThroughAnotherDeviceIsMarkedOnItsDisk backendsAgree markIsThereWhenTheWriterKnows changedDiskVoidsTheEpoch"}
MODULES = ("virtio_pci", "virtio_console", "loop", "ext4", "xfs", "btrfs", "null_blk", "sd_mod", "scsi_debug", "sg", "raid1")
TOOLS = ("mkfs.ext4", "mkfs.xfs", "mkfs.btrfs")
INIT = f"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmpfs /tmp
ip link set lo up
for module in virtio_pci virtio_console loop ext4 xfs btrfs sd_mod raid1; do modprobe $module; done
mkdir /dev/virtio-ports; for port in /sys/class/virtio-ports/*; do ln -s /dev/${{port##*/}} /dev/virtio-ports/$(cat $port/name); done
exec > /dev/virtio-ports/tables 2>&1
modprobe scsi_debug dev_size_mb=32
modprobe null_blk nr_devices=0
mount -t configfs configfs /sys/kernel/config
mkdir /sys/kernel/config/nullb/nullb0 && cd /sys/kernel/config/nullb/nullb0
echo 384 > size; echo 1 > zoned; echo 16 > zone_size; echo 1 > memory_backed; echo 1 > power
cd /
export QTEST_FUNCTION_TIMEOUT=86400000
{chr(10).join(f'echo "begin {name}"; {BUILD}/tests/{name} {asked}; echo "end {name}: $?"' for name, asked in TESTS.items())}
echo "told: all"
poweroff -f
"""


def libraries(program):
    """Of a program: everything that the loader would load, and the loader."""
    return re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout)


class Trackers(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir="/var/tmp")))
        self.tree = self.folder / "tree"

    def put(self, path):
        """A file, at the same place in the guest."""
        place = self.tree / str(path).lstrip("/")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)

    def put_modules(self, kernel, version):
        for module in MODULES:
            needed = subprocess.run(["modprobe", "-d", kernel, "-S", version, "--show-depends", module],
                                    stdout=subprocess.PIPE, text=True, check=True)
            for path in re.findall(r"(?m)^insmod (\S+)", needed.stdout):
                place = self.tree / pathlib.Path(path).relative_to(kernel)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)
        for name in ("modules.builtin", "modules.order", "modules.builtin.modinfo"):
            shutil.copy2(kernel / "lib/modules" / version / name, self.tree / "lib/modules" / version)
        subprocess.run(["depmod", "-b", self.tree, version], check=True)

    def make(self):
        """Kernel and initramfs."""
        script = f"source {SOURCE}/tests/support/lib.sh; cloud_kernel"
        kernel = pathlib.Path(subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
        version = next((kernel / "lib/modules").iterdir()).name
        for folder in ("bin", "proc", "sys", "dev", "tmp", "run", "root", "etc"):
            (self.tree / folder).mkdir(parents=True)
        shutil.copy2("/bin/busybox", self.tree / "bin/busybox")
        programs = [BUILD / "tests" / name for name in TESTS] + [pathlib.Path(shutil.which(name)).resolve() for name in TOOLS]
        for program in programs:
            self.put(program)
            for library in libraries(program):
                self.put(library)
        for name in TOOLS:
            if not (self.tree / "bin" / name).exists():
                (self.tree / "bin" / name).symlink_to(pathlib.Path(shutil.which(name)).resolve())
        for program in (BUILD / "tests/unit/tracking").glob("*.bpf.o"):
            self.put(program)
        self.put_modules(kernel, version)
        (self.tree / "init").write_text(INIT)
        (self.tree / "init").chmod(0o755)
        initramfs = self.folder / "initramfs"
        subprocess.run(f"find . | cpio --quiet -o -H newc | zstd -q -1 > {initramfs}", shell=True, cwd=self.tree, check=True)
        return kernel / "boot" / f"vmlinuz-{version}", initramfs

    def test_they_work_where_blktrace_does(self):
        kernel, initramfs = self.make()
        started = time.monotonic()
        with GuestMachine(self.folder / "guest", (), ("tables",), kernel=(kernel, initramfs, "console=ttyS0 quiet panic=-1")) as guest:
            guest.wait(2700, "tables", "told: all")
            told = guest.text("tables")
        print(re.sub(r"(?m)^(PASS|QINFO|\{).*\n", "", told), f"{time.monotonic() - started:.0f} s", flush=True)
        for name in TESTS:
            self.assertIn(f"end {name}: 0", told, told[-4000:])
        for row in ("blktrace: somebody else traces (EBUSY)", "blktrace: buffers full", "perf: zone append"):
            self.assertRegex(told, rf"(?m)^{re.escape(row)}.*\|", "a row that only this kernel has")


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main(verbosity=2)
