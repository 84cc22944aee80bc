"""The installed package on a Debian 12 machine that really boots, in QEMU: the service in its sandbox. usage: test_guest.py BUILD_DIR"""
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

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEB = next((BUILD / "packages").glob("edgelift_*_amd64.deb"))
# What is asked at the first boot; each answer is one line on the second serial port.
PROBE = r"""#!/bin/sh
exec > /dev/ttyS1 2>&1
tell() { name=$1; shift; printf 'probe %s: %s\n' "$name" "$("$@" 2>&1 | tr '\n' ' ' | cut -c 1-900)"; }
tell active systemctl is-active edgelift-agent
tell state systemctl show -p Type,SubState,NRestarts edgelift-agent
tell folders stat -c '%n %a %U' /run/edgelift /var/lib/edgelift /var/log/edgelift /run/edgelift/agent.sock
tell namespace sh -c 'readlink /proc/1/ns/mnt; readlink /proc/$(systemctl show -p MainPID --value edgelift-agent)/ns/mnt'
tell privileges grep -E 'NoNewPrivs|Seccomp:|CapBnd' "/proc/$(systemctl show -p MainPID --value edgelift-agent)/status"
tell status edgeliftctl status
tell images edgeliftctl inspect --json
tell member runuser -u member -- edgeliftctl status
tell stranger runuser -u stranger -- edgeliftctl status
tell permitted runuser -u permitted -- edgeliftctl status
sleep 600 & # in the place of a freezer that has not thawed yet
echo $! > "/sys/fs/cgroup$(systemctl show -p ControlGroup --value edgelift-agent)/cgroup.procs"
echo x > /run/edgelift/unfinished-freeze
tell crash sh -c 'kill -KILL "$(systemctl show -p MainPID --value edgelift-agent)"; sleep 6; systemctl is-active edgelift-agent; systemctl show -p NRestarts --value edgelift-agent'
tell survives sh -c "kill -0 $! && cat /run/edgelift/unfinished-freeze"
tell machine sh -c 'rm -r /etc/systemd/system/edgelift-agent.service.d; systemctl daemon-reload; systemctl restart edgelift-agent; edgeliftctl inspect --json'
tell stopped sh -c 'systemctl stop edgelift-agent; systemctl show -p Result,ExecMainStatus edgelift-agent; ls -A /run/edgelift 2>&1'
tell failed systemctl --failed --no-legend --plain
tell purged sh -c 'systemctl start edgelift-agent; apt-get purge -qq -y edgelift > /dev/null; systemctl is-active edgelift-agent; ls -d /*/edgelift /var/*/edgelift /usr/*/edgelift* 2>/dev/null'
echo 'probe end: of the questions'
systemctl poweroff
"""
UNIT = "[Unit]\nAfter=edgelift-agent.service dbus.service\n[Service]\nType=oneshot\nExecStart=/root/probe\n"
RULE = """polkit.addRule(function(action, subject) {
    if (action.id == "io.github.edgelift.manage" && subject.user == "permitted") return polkit.Result.YES; });\n"""


class Guest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir="/var/tmp")))
        self.disk = self.folder / "guest.img"

    def prepare(self):
        """A server with the package, disk images to look into, users, and the questions."""
        run(SOURCE / "tests/support/debian-server.sh", "bookworm", "mbr-ext4", self.disk, "5G")
        run(SOURCE / "tests/support/mini-server.sh", self.folder / "sample")
        root = self.folder / "root"
        root.mkdir()
        run("mount", "-o", "loop,offset=1048576", self.disk, root)
        try:
            root.chmod(0o755)
            (root / "root/probe").write_text(PROBE)
            (root / "root/probe").chmod(0o755)
            (root / "etc/systemd/system/probe.service").write_text(UNIT)
            (root / "etc/systemd/system/multi-user.target.wants/probe.service").symlink_to("../probe.service")
            run("cp", "--sparse=always", self.folder / "sample/system.img", self.folder / "sample/data.img", DEB, root / "root")
            (root / "etc/resolv.conf").unlink(missing_ok=True)
            run("cp", "--dereference", "/etc/resolv.conf", root / "etc/resolv.conf")
            run("mount", "--bind", "/dev", root / "dev")
            chroot.in_root(root, "apt-get", "update")
            chroot.in_root(root, "apt-get", "install", "-y", "--no-install-recommends", f"/root/{DEB.name}", "polkitd", "dbus")
            for user in ("member", "permitted", "stranger"):
                chroot.in_root(root, "useradd", user)
            chroot.in_root(root, "usermod", "-a", "-G", "edgelift", "member")
            (root / "etc/polkit-1/rules.d/50-test.rules").write_text(RULE)
            drop_in = root / "etc/systemd/system/edgelift-agent.service.d/images.conf"
            drop_in.parent.mkdir()
            drop_in.write_text("[Service]\nExecStart=\nExecStart=/usr/bin/edgelift-agent --group edgelift --polkit --source-disk /root/system.img "
                               "--source-disk /root/data.img\n")
        finally:
            run("umount", "--recursive", root)

    def boot(self):
        """What the questions were answered, by name."""
        console, answers = self.folder / "console.log", self.folder / "answers"
        answers.touch()
        vm = subprocess.Popen(["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
                               "-display", "none", "-no-reboot", "-drive", f"file={self.disk},format=raw,if=virtio,cache=unsafe", "-nic", "none",
                               "-serial", f"file:{console}", "-serial", f"file:{answers}", "-monitor", "none"])
        try:
            deadline = time.monotonic() + 1500
            while vm.poll() is None and time.monotonic() < deadline and "probe end:" not in answers.read_text(errors="replace"):
                time.sleep(1)
        finally:
            vm.terminate()
            vm.wait()
        told = answers.read_text(errors="replace").replace("\r", "")
        self.assertIn("probe end:", told, told + console.read_text(errors="replace")[-3000:])
        return dict(re.findall(r"(?m)^probe (\w+): (.*)$", told))

    def test_the_service_works_in_its_sandbox(self):
        self.prepare()
        said = self.boot()
        for name, answer in said.items():
            print(f"{name}: {answer}", flush=True)
        self.assertEqual(said["active"].strip(), "active")
        self.assertEqual(set(said["state"].split()), {"Type=notify", "SubState=running", "NRestarts=0"})
        self.assertEqual(said["folders"].split(), "/run/edgelift 755 root /var/lib/edgelift 700 root /var/log/edgelift 700 root "
                                                  "/run/edgelift/agent.sock 666 root".split())
        self.assertEqual(len(set(said["namespace"].split())), 1, "it sees the mounts that the server sees")
        self.assertRegex(said["privileges"], r"NoNewPrivs:\s1 Seccomp:\s2")
        bounding = int(re.search(r"CapBnd:\s*(\w+)", said["privileges"])[1], 16)
        for name, number, has in (("sys_module", 16, False), ("sys_boot", 22, False), ("sys_time", 25, False), ("sys_admin", 21, True),
                                  ("dac_read_search", 2, True), ("ipc_lock", 14, True), ("perfmon", 38, True), ("bpf", 39, True)):
            self.assertEqual(bool(bounding >> number & 1), has, name)
        self.assertIn('"mountPoint":"/srv/data"', said["images"])
        for who in ("status", "member", "permitted"):
            self.assertIn("There are no migrations", said[who], who)
        self.assertIn("EL-", said["stranger"])
        self.assertEqual(said["crash"].split(), ["active", "1"])
        self.assertEqual(said["survives"].split(), ["x"], "what thaws must outlive the agent, and its mark too")
        self.assertRegex(said["machine"], r'^\{"facts":.*"bootMode":"bios"', "the running machine, from within the sandbox")
        self.assertIn("Result=success", said["stopped"])
        self.assertEqual(said["failed"].strip(), "")
        self.assertEqual(said["purged"].split(), ["inactive"])


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main(verbosity=2)
