"""The self-extracting archive on Debian 11, whose C library is older than ours. usage: test_portable.py BUILD_DIR"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import chroot
from chroot import Chroot, run

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
ARCHIVE = next((BUILD / "packages").glob("edgelift-*-linux-x86_64.run"))
VERSION = re.search("edgelift-(.*)-linux", ARCHIVE.name)[1]


class Unpacking(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir="/var/tmp")))

    def unpack(self, *options, archive=ARCHIVE):
        return run("sh", archive, *options, ok=False, cwd=self.folder)

    def test_it_lists_and_checks_itself(self):
        self.assertIn(VERSION, self.unpack("--check").stdout)
        listed = self.unpack("--list").stdout
        for name in ("bin/edgeliftctl", "plugins/platforms/libqxcb.so", "share/edgelift/receiver-bundle.tar.gz", "share/doc/licenses/libc6"):
            self.assertIn(f"edgelift-{VERSION}/{name}\n", listed)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_damaged_one_is_refused(self):
        content = bytearray(ARCHIVE.read_bytes())
        content[len(content) // 2] ^= 1
        for damaged in (content, ARCHIVE.read_bytes()[:-1]):
            broken = self.folder / "broken.run"
            broken.write_bytes(damaged)
            done = self.unpack(archive=broken)
            self.assertEqual(done.returncode, 3)
            self.assertIn("damaged", done.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["broken.run"])

    def test_nothing_is_overwritten(self):
        (self.folder / f"edgelift-{VERSION}").mkdir()
        done = self.unpack()
        self.assertEqual((done.returncode, list((self.folder / f"edgelift-{VERSION}").iterdir())), (3, []))
        self.assertIn("exists already", done.stderr)

    def test_wrong_options_are_told(self):
        for options in (["--tarhget=x"], ["--target"]):
            self.assertEqual(self.unpack(*options).returncode, 2, options)


class OldSystem(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = cls.enterClassContext(Chroot(chroot.base("bullseye")))
        cls.system.put(ARCHIVE, "/root/edgelift.run")
        cls.system.run("sh", "/root/edgelift.run", "--target", "/opt/edgelift")
        cls.system.path("/root/edgelift.run").unlink()
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            run(SOURCE / "tests/support/mini-server.sh", folder)
            for disk in ("system.img", "data.img"):
                run("cp", "--sparse=always", pathlib.Path(folder, disk), cls.system.path("/root"))

    def test_the_system_is_older_than_our_c_library(self):
        self.assertIn("2.31", self.system.run("ldd", "--version").stdout)
        plain = self.system.run("/opt/edgelift/libexec/edgeliftctl", "--version", ok=False)
        self.assertNotEqual(plain.returncode, 0, "without its libraries it should not even start here")

    def test_programs_start_also_through_a_link(self):
        for program in ("edgelift", "edgeliftctl", "edgelift-agent", "edgelift-service"):
            self.system.path("/usr/local/bin").joinpath(program).symlink_to(f"/opt/edgelift/bin/{program}")
            self.assertEqual(self.system.run(program, "--version").stdout, f"{program} {VERSION}\n")

    def test_disk_images_are_inspected(self):
        done = self.system.run("/opt/edgelift/bin/edgeliftctl", "inspect", "--json", "--source-disk", "/root/system.img", "--source-disk",
                               "/root/data.img")
        facts = json.loads(done.stdout)["facts"]
        self.assertEqual([disk["name"] for disk in facts["disks"]], ["system.img", "data.img"])
        self.assertIn("/srv/data", [line["mountPoint"] for line in facts["fstab"]])
        with open("/proc/self/mountinfo") as mounts: # this chroot is no mount point: the agent's mounts could have come through
            self.assertNotIn("edgelift/source", mounts.read())

    def test_the_machine_it_runs_on_is_inspected(self):
        self.system.path("/sys").mkdir(exist_ok=True)
        run("mount", "--rbind", "/sys", self.system.path("/sys"))
        self.addCleanup(run, "umount", "--lazy", self.system.path("/sys"))
        facts = json.loads(self.system.run("/opt/edgelift/bin/edgeliftctl", "inspect", "--json").stdout)["facts"]
        self.assertEqual(facts["os"]["prettyName"], "Debian GNU/Linux 11 (bullseye)")
        self.assertIn("live", facts)

    def test_a_tool_the_system_lacks_is_named_with_a_code(self):
        disk = self.system.path("/root/lvm.img")
        run("truncate", "--size", "512M", disk)
        run("sfdisk", "--quiet", "--wipe", "always", disk, input="label: gpt\nstart=2048, type=E6D6D379-F507-44C2-A23C-238F2A3DF928\n")
        loop = run("losetup", "--find", "--show", "--offset", 1 << 20, "--sizelimit", 500 << 20, disk).stdout.strip()
        try:
            run("pvcreate", "--quiet", "--config", f'global{{event_activation=0}} devices{{use_devicesfile=0 filter=["a|^{loop}$|","r|.*|"]}}', loop)
        finally:
            run("losetup", "--detach", loop)
        done = self.system.run("/opt/edgelift/bin/edgeliftctl", "inspect", "--json", "--source-disk", "/root/system.img", "--source-disk",
                               "/root/lvm.img", ok=False)
        error = json.loads(done.stdout)
        self.assertEqual((done.returncode, error["code"], error["args"]), (3, "EL-0004", ["lvm"]))

    def test_the_service_is_reached_over_https_that_the_system_trusts(self):
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", "/CN=127.0.0.1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", self.system.path("/root/key.pem"), "-out", self.system.path("/root/cert.pem"))
        service = self.system.start("/opt/edgelift/bin/edgelift-service", "--simulated-cloud", "--data-dir", "/root/cloud", "--listen",
                                    "127.0.0.1:0", "--tls-certificate", "/root/cert.pem", "--tls-key", "/root/key.pem",
                                    stdout=subprocess.PIPE)
        self.addCleanup(service.communicate)
        self.addCleanup(service.terminate)
        endpoint = json.loads(service.stdout.readline())["endpoint"]
        self.assertTrue(endpoint.startswith("https://"))
        keys = json.loads(self.system.path("/root/cloud/credentials.json").read_text())
        environment = {**chroot.ENVIRONMENT, "ALIBABA_CLOUD_ACCESS_KEY_ID": keys["accessKeyId"],
                       "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys["accessKeySecret"]}
        command = ("chroot", self.system.root, "/opt/edgelift/bin/edgeliftctl", "--endpoint", endpoint, "code", "list", "--json")
        self.assertNotEqual(run(*command, ok=False, env=environment).returncode, 0, "nobody vouches for it yet")
        self.system.write("/etc/ssl/certs/ca-certificates.crt", self.system.path("/root/cert.pem").read_text())
        self.assertEqual(run(*command, env=environment).stderr, "")

    def test_the_window_opens(self):
        tree, said = self.system.windows("/opt/edgelift/bin/edgelift")
        self.assertRegex(tree, r'"[^"]*Edgelift[^"]*": \("edgelift" "edgelift"\)', said)
        self.assertEqual(said, "")


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main(verbosity=2)
