"""A Debian 12 server in QEMU is migrated by the installed package while its database works; its image boots and lacks nothing. Prints a table
of what was measured.

usage: test_live.py BUILD_DIR. The guest has two disks (GPT with /boot and LVM; xfs without a table). The service, the simulated cloud and its
transit instance run here; to the guest 127.88.0.0/16, where they listen, lies behind its network device.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import chroot
from chroot import run
from guestmachine import GuestMachine

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEB = next((BUILD / "packages").glob("edgelift_*_amd64.deb"))
CTL = BUILD / "bin/edgeliftctl"
RATE = 6_500_000 # bytes a second of records that the database commits
LEAST_RATE = 5_000_000 # that it must get while the migration runs; it makes up for what it missed
RECORD = 4096 # bytes
LONGEST_FREEZE = 2.0 # seconds
PORTS = ("acknowledged", "events", "hooks", "told")
CHURNED = ("/var/churn", "/home/churn", "/srv/database/churn")

# What the server does after it booted, and what the machine that its image makes.
WORK = f"""#!/bin/sh
if [ -e /dev/virtio-ports/image ]; then
    exec > /dev/virtio-ports/image 2>&1
    echo "image: $(/root/recordwriter check /srv/database {" ".join(CHURNED)} 2>&1)"
    seconds=0
    until grep -q 'interrupted migration' /var/log/edgelift/agent.log || [ $seconds -ge 200 ]; do sleep 1; seconds=$((seconds + 1)); done
    echo "agent: $(grep 'interrupted migration' /var/log/edgelift/agent.log || tail -n 5 /var/log/edgelift/agent.log)"
    echo "told: all"
    exit
fi
exec > /dev/virtio-ports/told 2>&1
set -x
for device in /sys/class/net/e*; do device=${{device##*/}}; done
ip link set "$device" up
ip address replace 10.0.2.15/24 dev "$device"
ip route del default
# the cloud is at loopback addresses of the machine that we run on
echo 1 > "/proc/sys/net/ipv4/conf/$device/route_localnet"
ip route add local 127.0.0.1 dev lo table local
ip route del local 127.0.0.0/8 dev lo table local
ip route add 127.88.0.0/16 via 10.0.2.2 dev "$device" src 10.0.2.15
mkdir -p {" ".join(CHURNED)}
/root/recordwriter write /srv/database /dev/virtio-ports/acknowledged {RATE} &
writers=$!
for folder in {" ".join(CHURNED)}; do
    /root/recordwriter churn $folder &
    writers="$writers $!"
done
cd /root
edgeliftctl check --code-file code
# an emulated processor makes every disk look slow, and compressing well takes it longest
edgeliftctl plan new | sed 's/"backOff": true/"backOff": false/; s/"compression": 7/"compression": 1/' > plan.json
sleep 5 # for what the database can do alone
read -r moment rest < /proc/uptime
echo "migrate $moment" > /dev/virtio-ports/hooks
edgeliftctl migrate --plan plan.json --code-file code --json > /dev/virtio-ports/events
echo "migrate: $?"
for process in $writers; do kill -TERM $process || echo "a writer gave up"; done
wait
journalctl --no-pager -u edgelift-agent | tail -n 40
cat /var/log/edgelift/*.log | tail -n 60
printf 'report: %s\\n' "$(cat /var/lib/edgelift/jobs/*/report.json | tr -d '\\n')"
echo "told: all"
systemctl poweroff
"""
# The freeze lies between these two moments of the clock that the database writer uses.
HOOK = """#!/bin/sh
read -r seconds rest < /proc/uptime
echo "${0##*/} $seconds" > /dev/virtio-ports/hooks
"""
UNIT = "[Unit]\nAfter=edgelift-agent.service network.target\n[Service]\nExecStart=/root/work\n"


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir="/var/tmp")))
        self.started = time.monotonic()

    def passed(self, what):
        print(f"{time.monotonic() - self.started:4.0f} s: {what}", flush=True)

    def start_service(self):
        """The endpoint and a code."""
        service = subprocess.Popen([BUILD / "bin/edgelift-service", "--simulated-cloud", "--time-scale", "0.2", "--data-dir", self.folder / "cloud",
                                    "--listen", "127.88.255.253:0"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(service.stdout.close)
        self.addCleanup(service.wait)
        self.addCleanup(service.terminate)
        endpoint = json.loads(service.stdout.readline())["endpoint"]
        keys = json.loads((self.folder / "cloud/credentials.json").read_text())
        environment = {**os.environ, "ALIBABA_CLOUD_ACCESS_KEY_ID": keys["accessKeyId"], "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys["accessKeySecret"]}
        return run(CTL, "--endpoint", endpoint, "code", "create", "--quota", "2", "--days", "1", env=environment).stdout

    def furnish(self, root):
        """Package, programs and work for the guest, into the folder of its root."""
        for name, text in (("work", WORK), ("code", self.code)):
            (root / "root" / name).write_text(text)
            (root / "root" / name).chmod(0o700)
        run("cp", BUILD / "tests/recordwriter", DEB, root / "root")
        hooks = root / "etc/edgelift/hooks.d"
        hooks.mkdir(parents=True)
        for name in ("pre-freeze", "post-freeze"):
            (hooks / name).write_text(HOOK)
            (hooks / name).chmod(0o755)
        (root / "etc/systemd/system/work.service").write_text(UNIT)
        (root / "etc/systemd/system/multi-user.target.wants/work.service").symlink_to("../work.service")
        for timer in ("apt-daily.timer", "apt-daily-upgrade.timer"):
            (root / f"etc/systemd/system/{timer}").symlink_to("/dev/null")
        (root / "srv/database").mkdir()
        (root / "etc/resolv.conf").unlink(missing_ok=True)
        run("cp", "--dereference", "/etc/resolv.conf", root / "etc/resolv.conf")
        (root / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
        run("mount", "--bind", "/dev", root / "dev")
        try:
            chroot.in_root(root, "apt-get", "update")
            chroot.in_root(root, "apt-get", "install", "-y", "--no-install-recommends", f"/root/{DEB.name}", "rsync")
            chroot.in_root(root, "apt-get", "clean")
        finally:
            run("umount", root / "dev")
        (root / f"root/{DEB.name}").unlink()
        with open(root / "etc/fstab", "a") as table:
            table.write("LABEL=database /srv/database xfs defaults 0 2\n")

    def make_disks(self):
        system, data = self.folder / "system.img", self.folder / "data.img"
        furnisher = self.folder / "furnish"
        furnisher.write_text(f"#!/bin/sh\nexec {sys.executable} {__file__} {BUILD} furnish {self.folder}/code \"$1\"\n")
        furnisher.chmod(0o755)
        (self.folder / "code").write_text(self.code)
        run(SOURCE / "tests/support/debian-server.sh", "bookworm", "gpt-lvm", system, "3G", furnisher)
        run("truncate", "-s", "1G", data)
        run("mkfs.xfs", "-q", "-L", "database", data)
        return [(system, "raw"), (data, "raw")]

    def migrate(self, disks):
        with GuestMachine(self.folder / "source", disks, PORTS) as guest:
            guest.wait(1500, "told", "told: all")
        self.passed("the guest is done")
        told = guest.text("told")
        self.assertIn("migrate: 0", told, told[-6000:])
        self.assertNotIn("a writer gave up", told)
        self.report = json.loads(re.search(r"(?m)^report: (.*)$", told)[1])
        self.acknowledged = [(int(number), int(time) / 1e6) for number, time in map(str.split, guest.text("acknowledged").splitlines())]
        moments = [(name, float(time)) for name, time in map(str.split, guest.text("hooks").splitlines())]
        self.assertEqual([name for name, _ in moments], ["migrate", *["pre-freeze", "post-freeze"] * (len(moments) // 2)])
        self.migrated = moments[0][1]
        self.freezes = [(before[1], after[1]) for before, after in zip(moments[1::2], moments[2::2])]

    def committed(self, end):
        """Transactions acknowledged before that moment."""
        return max((newest + 1 for newest, time in self.acknowledged if time < end), default=0)

    def rate(self, begin, end):
        """Bytes of records a second."""
        return RECORD * (self.committed(end) - self.committed(begin)) / (end - begin)

    def longest_stall(self, begin, end):
        """Between two commits, of those with a part in that time; seconds."""
        times = [time for _, time in self.acknowledged]
        return max(later - earlier for earlier, later in zip(times, times[1:]) if later > begin and earlier < end)

    def image(self):
        """The disks of the image, with their formats."""
        about = next((self.folder / "cloud/ens/images").glob("*/image.json"))
        disks = json.loads(about.read_text())["disks"]
        self.assertEqual([disk["role"] for disk in disks], ["system", "data"])
        return [(about.parent / disk["path"], disk["format"]) for disk in disks]

    def boot(self, disks):
        """What the records look like on the machine that the image makes."""
        with GuestMachine(self.folder / "booted", disks, ("image",), forgets=True) as machine:
            machine.wait(900, "image", "told: all")
            machine.wait(300, "console", "edgelift-proof ")
            console, told = machine.text("console"), machine.text("image")
        expected = pathlib.Path(f"{self.folder}/system.img.expected").read_text().strip()
        self.assertIn(expected, console, "files that nobody changed")
        self.assertRegex(told, "agent: .* does not go on: .* a copy of it", "the image does not migrate itself")
        found = re.search(r"(?m)^image: (.*)$", told)[1]
        self.assertRegex(found, "transactions=.* wrong=0")
        return {name: int(value) for name, value in (word.split("=") for word in found.split())}

    def test_nothing_is_lost(self):
        self.code = self.start_service()
        disks = self.make_disks()
        self.passed("the guest's disks are made")
        self.migrate(disks)
        image = self.image()
        checked = run(SOURCE / "tests/support/guest-image.sh", *(path for path, _ in image)).stdout
        self.passed("the image's filesystems are checked")
        found = self.boot(image)
        self.passed("the image has booted")
        self.judge(found, checked)

    def judge(self, found, checked):
        stalls = [self.longest_stall(*freeze) for freeze in self.freezes]
        begin, end = self.freezes[-1]
        before, until = self.committed(begin), self.committed(end)
        alone = self.rate(self.acknowledged[0][1], self.migrated)
        rate = self.rate(self.migrated, begin)
        copy = self.report["copy"]
        point = copy["livePoint"]
        rows = [("committed by the database", f"{rate / 1e6:.1f} MB/s for {begin - self.migrated:.0f} s, alone {alone / 1e6:.1f} MB/s"),
                ("sent", f"{copy['bytesDone'] / 1e6:.0f} MB ({copy['wireBytes'] / 1e6:.0f} MB on the wire) in {copy['seconds']:.0f} s"),
                ("followed by", f"{point['backend']}, {', '.join(sorted({one['proof'] for one in point['selfTest']}))}"),
                ("rounds, freezes", f"{point['rounds']}, {point['freezes']}"),
                ("frozen, by the agent", f"{point['frozenMicroseconds'] / 1e6:.2f} s, {point['frozenBytes'] / 1e6:.0f} MB read"),
                ("frozen, by the database", ", ".join(f"{stall:.2f} s" for stall in stalls)),
                ("acknowledged before the freeze", str(before)), ("in the image", str(found["transactions"])),
                ("acknowledged until the thaw", str(until)), ("torn, lost, wrong", f"{found['torn']}, {found['lost']}, {found['wrong']}"),
                ("other files in the image", str(found["files"])), *(tuple(line.split(": ")) for line in checked.splitlines())]
        for name, value in rows:
            print(f"    {name:32} {value}", flush=True)
        self.assertEqual((found["torn"], found["lost"], found["wrong"]), (0, 0, 0))
        self.assertGreaterEqual(found["transactions"], before, "what was acknowledged is there")
        begun = min(newest + 1 for newest, _ in self.acknowledged if newest >= until) # with the group that waited for the thaw
        self.assertLessEqual(found["transactions"], begun, "nothing is from after the freeze")
        self.assertGreater(before, 0)
        self.assertGreater(found["files"], 0)
        for stall in stalls:
            self.assertLessEqual(stall, LONGEST_FREEZE)
        self.assertGreaterEqual(rate, LEAST_RATE, f"while the migration ran; alone it was {alone / 1e6:.1f} MB/s")


def main():
    os.environ["LC_ALL"] = "C.UTF-8"
    if sys.argv[1:2] == ["furnish"]:
        live = Live("test_nothing_is_lost")
        live.code = pathlib.Path(sys.argv[2]).read_text()
        live.furnish(pathlib.Path(sys.argv[3]))
    else:
        unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
