"""The Debian package: what is in it, and its life on a Debian 12 system. usage: test_deb.py BUILD_DIR"""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import chroot
from chroot import Chroot, run

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEB = next((BUILD / "packages").glob("edgelift_*_amd64.deb"))
UNIT = "/usr/lib/systemd/system/edgelift-agent.service"
# What dpkg and apt write down about their own work.
BOOKKEEPING = re.compile(r"/var/(lib/dpkg/|lib/apt/|cache/apt/|log/(apt/|dpkg\.log|alternatives\.log))|/(etc/(group|gshadow)-|tmp/.*)$")


def field(name):
    return run("dpkg-deb", "--field", DEB, name).stdout.strip()


def needed():
    """What it needs, and polkit with systemd to be tried with."""
    return f"{field('Depends')}, polkitd, dbus"


def sample_server(folder):
    run(SOURCE / "tests/support/mini-server.sh", folder)
    return folder / "system.img", folder / "data.img"


class Content(unittest.TestCase):
    def setUp(self):
        self.listing = run("dpkg-deb", "--contents", DEB).stdout.splitlines()

    def paths(self):
        return {line.split(None, 5)[5][1:]: line.split()[:2] for line in self.listing}

    def test_everything_is_there_and_belongs_to_root(self):
        paths = self.paths()
        for program in ("edgelift", "edgeliftctl", "edgelift-agent", "edgelift-freezer", "edgelift-service", "edgelift-tunnel"):
            self.assertEqual(paths[f"/usr/bin/{program}"][0], "-rwxr-xr-x")
        for path in (UNIT, "/etc/edgelift/excludes", "/etc/logrotate.d/edgelift", "/usr/share/edgelift/receiver-bundle.tar.gz",
                     "/usr/share/applications/io.github.edgelift.Edgelift.desktop", "/usr/share/polkit-1/actions/io.github.edgelift.policy",
                     "/usr/share/metainfo/io.github.edgelift.Edgelift.metainfo.xml", "/usr/share/doc/edgelift/copyright",
                     "/usr/share/icons/hicolor/scalable/apps/io.github.edgelift.Edgelift.svg", "/usr/share/doc/edgelift/changelog.gz",
                     "/usr/share/bash-completion/completions/edgeliftctl", "/usr/share/man/man8/edgelift-receiver.8.gz"):
            self.assertEqual(paths[path][0], "-rw-r--r--", path)
        for path, (mode, owner) in paths.items():
            self.assertEqual(owner, "root/root", path)
            self.assertRegex(mode, r"^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--)$", path)

    def test_relations_are_those_of_the_libraries(self):
        self.assertRegex(field("Depends"), r"libqt6core6 \(>= 6\.4")
        self.assertNotRegex(field("Depends"), "libqt6(gui|widgets)6") # a server without a screen needs none of them
        self.assertRegex(field("Recommends"), "libqt6widgets6.*polkitd")

    def test_lintian_has_nothing_to_say(self):
        said = run("lintian", "--fail-on", "error,warning", "--allow-root", DEB, ok=False)
        self.assertEqual((said.returncode, said.stdout.strip()), (0, ""), said.stderr)

    def test_no_path_of_the_build_machine_is_in_it(self):
        with tempfile.TemporaryDirectory() as folder:
            run("dpkg-deb", "--extract", DEB, folder)
            self.assertEqual(run("grep", "-rl", "--", str(SOURCE) + "/", folder, ok=False).stdout, "")


class Life(unittest.TestCase):
    """Each test has a fresh system with what the package needs, and the package file."""

    @classmethod
    def setUpClass(cls):
        cls.base = chroot.base("bookworm", needed())

    def setUp(self):
        self.system = self.enterContext(Chroot(self.base))
        self.system.put(DEB, f"/root/{DEB.name}")

    def install(self, *more):
        return self.system.run("apt-get", "install", "-y", "--no-install-recommends", *more, f"/root/{DEB.name}")

    def purge(self):
        done = self.system.run("apt-get", "purge", "-y", "edgelift")
        self.assertNotIn("not empty", done.stdout + done.stderr)
        return done

    def use(self):
        """Leaves behind what the agent of the service leaves behind."""
        for path in ("/var/lib/edgelift/jobs/j-1/job.json", "/var/lib/edgelift/wizard/settings.json", "/run/edgelift/agent.sock.lock"):
            self.system.write(path, '{"state":"Finished"}')
        for path in ("/var/log/edgelift/agent.log", "/var/log/edgelift/agent.log.1.gz", "/etc/edgelift/hooks.d/pre-freeze/10-flush"):
            self.system.write(path, "x")

    def left(self, before):
        after = self.system.files()
        return {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys()
                if before.get(path) != after.get(path) and not BOOKKEEPING.match(path)}

    def test_installed_it_works_and_purged_it_never_was_there(self):
        before = self.system.files()
        self.install()
        for program in ("edgeliftctl", "edgelift-agent", "edgelift-service"):
            self.assertIn("edgelift", self.system.run(program, "--version").stdout)
        self.assertIn("Migrates a Linux server", self.system.run("edgeliftctl", "--help").stdout)
        self.assertFalse(self.system.exists("/var/lib/edgelift"), "installing starts nothing")
        self.assertTrue(self.system.exists("/etc/systemd/system/multi-user.target.wants/edgelift-agent.service"), "enabled")
        self.assertRegex(self.system.path("/etc/group").read_text(), r"(?m)^edgelift:x:\d+:$")
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            for disk in sample_server(pathlib.Path(folder)):
                run("cp", "--sparse=always", disk, self.system.path("/root"))
        inspected = self.system.run("edgeliftctl", "inspect", "--json", "--source-disk", "/root/system.img", "--source-disk", "/root/data.img")
        facts = json.loads(inspected.stdout)["facts"]
        self.assertEqual(len(facts["disks"]), 2)
        self.assertIn("/srv/data", [line["mountPoint"] for line in facts["fstab"]])
        self.use()
        self.purge()
        for disk in ("system.img", "data.img"):
            self.system.path(f"/root/{disk}").unlink()
        self.assertEqual(self.left(before), {})

    def test_logs_are_kept_when_told_so(self):
        before = self.system.files()
        self.install()
        self.use()
        self.system.write("/etc/edgelift/keep-logs", "")
        self.assertIn("/var/log/edgelift are kept", self.purge().stdout)
        self.assertEqual(sorted(self.left(before)), ["/var/log/edgelift", "/var/log/edgelift/agent.log", "/var/log/edgelift/agent.log.1.gz"])

    def test_removed_and_installed_again_it_has_everything_it_had(self):
        self.install()
        self.use()
        self.system.write("/etc/edgelift/excludes", "/srv/cache/*\n")
        self.system.write("/var/lib/edgelift/jobs/j-2/job.json", '{"state": "InError"}')
        removed = self.system.run("apt-get", "remove", "-y", "edgelift")
        self.assertRegex(removed.stdout + removed.stderr, r"cost money:\n  j-2\n") # and j-1 is at its end
        self.assertTrue(self.system.exists("/var/lib/edgelift/jobs/j-1/job.json"))
        self.assertTrue(self.system.exists("/var/log/edgelift/agent.log"))
        self.install()
        self.assertEqual(self.system.path("/etc/edgelift/excludes").read_text(), "/srv/cache/*\n")

    def test_an_upgrade_does_not_stop_a_running_migration(self):
        self.install()
        self.system.write("/usr/local/bin/systemctl", '#!/bin/sh\necho "$@" >> /root/asked\necho enabled\n', 0o755)
        self.system.path("/run/systemd/system").mkdir(parents=True)
        for state, restarted in (("Stopped", True), ("Running", False)):
            self.system.write("/usr/local/bin/edgeliftctl", f"""#!/bin/sh\necho '{{"jobs":[{{"id":"j-1","state":"{state}"}}]}}'\n""", 0o755)
            self.system.write("/root/asked", "")
            said = self.system.run("dpkg", "--install", f"/root/{DEB.name}").stdout # apt would not look into /usr/local
            asked = self.system.path("/root/asked").read_text()
            self.assertEqual("restart edgelift-agent.service" in asked, restarted, f"{state}: {asked}{said}")
            self.assertEqual("goes on as the old version" in said, not restarted, state)

    def test_the_service_is_what_systemd_understands(self):
        self.install()
        verified = self.system.run("systemd-analyze", "verify", "--man=no", UNIT)
        self.assertEqual(verified.stderr.strip(), "")

    def test_the_service_lets_in_whom_it_should(self):
        self.install()
        for user in ("member", "permitted", "stranger"):
            self.system.run("useradd", user)
        self.system.run("usermod", "-a", "-G", "edgelift", "member")
        self.system.write("/etc/polkit-1/rules.d/50-test.rules", """polkit.addRule(function(action, subject) {
            if (action.id == "io.github.edgelift.manage" && subject.user == "permitted") return polkit.Result.YES; });\n""")
        self.start_polkit()
        self.start_service()
        socket_file = self.system.path("/run/edgelift/agent.sock").lstat()
        group = int(re.search(r"(?m)^edgelift:x:(\d+):", self.system.path("/etc/group").read_text())[1])
        self.assertEqual((socket_file.st_mode & 0o777, socket_file.st_gid), (0o666, group))
        for user, code in (("root", 0), ("member", 0), ("permitted", 0), ("stranger", 7)):
            done = self.system.run("runuser", "-u", user, "--", "edgeliftctl", "status", "--json", ok=False)
            self.assertEqual(done.returncode, code, f"{user}: {done.stdout} {done.stderr}")
        for folder in ("/var/lib/edgelift", "/var/log/edgelift"):
            self.assertEqual(self.system.path(folder).lstat().st_mode & 0o777, 0o700, folder)

    def start_polkit(self):
        self.system.path("/run/dbus").mkdir(parents=True, exist_ok=True)
        self.background("dbus-daemon", "--system", "--nofork")
        self.wait_for("/run/dbus/system_bus_socket")
        self.background("/usr/lib/polkit-1/polkitd", "--no-debug")
        for _ in range(100):
            if self.system.run("pkaction", "--action-id", "io.github.edgelift.manage", ok=False).returncode == 0:
                return
            time.sleep(0.1)
        self.fail("polkitd does not come up")

    def start_service(self):
        """As systemd would: its folders, its command line, and it waits to be told."""
        with open(self.system.path(UNIT)) as unit:
            command = re.search(r"(?m)^ExecStart=(.*)$", unit.read())[1].split()
        run("install", "-d", "-m", "0755", self.system.path("/run/edgelift"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(str(self.system.path("/run/notify")))
            told.settimeout(30)
            self.background(*command, environment={"NOTIFY_SOCKET": "/run/notify"})
            self.assertEqual(told.recv(100), b"READY=1")

    def background(self, *command, **more):
        process = self.system.start(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

        def end():
            process.terminate()
            process.wait(30)
        self.addCleanup(end)

    def wait_for(self, path):
        for _ in range(100):
            if self.system.exists(path):
                return
            time.sleep(0.1)
        self.fail(f"{path} does not appear")


class Desktop(unittest.TestCase):
    """With what it recommends, as apt-get installs it unless told otherwise."""

    def test_the_window_opens(self):
        with Chroot(chroot.base("bookworm", f"{field('Depends')}, {field('Recommends')}")) as system:
            system.put(DEB, f"/root/{DEB.name}")
            system.run("apt-get", "install", "-y", f"/root/{DEB.name}")
            tree, said = system.windows("edgelift")
            self.assertRegex(tree, r'"[^"]*Edgelift[^"]*": \("edgelift" "edgelift"\)', said)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main(verbosity=2)
