"""Debian systems in folders, for tests of what gets installed. Run as root, in mount and pid namespaces of its own (tests/package/CMakeLists.txt):
nothing that is mounted or started here outlives the test."""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

CACHE = pathlib.Path(os.environ.get("EDGELIFT_TEST_CACHE", "/var/cache/edgelift-tests"))
MIRROR = "http://deb.debian.org/debian"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb"}


def run(*command, ok=True, **more):
    """The finished process with its output as text. Fails when it does, unless `ok` is False."""
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, timeout=900, **more)
    if ok and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


WEEK = 7 * 24 * 3600


def base(suite, relations=""):
    """The folder of a minimal system with what `relations` (as in Depends:) names; made once and kept as long as it is used."""
    name = f"chroot-{suite}-{hashlib.sha256(relations.encode()).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = CACHE / name
        if not folder.exists():
            started = time.monotonic()
            make_base(suite, relations, folder)
            print(f"{name} made in {time.monotonic() - started:.0f} s", flush=True)
        os.utime(folder)
        for old in CACHE.glob("chroot-*-*/"): # of other relations, long ago
            if time.time() - old.stat().st_mtime > WEEK:
                shutil.rmtree(old, ignore_errors=True)
    return folder


def make_base(suite, relations, folder):
    work = pathlib.Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=CACHE))
    root = work / "root" # a chroot is usually no mount point, so neither is this one
    try:
        run("debootstrap", "--variant=minbase", suite, root, MIRROR)
        (root / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
        if relations:
            in_root(root, "apt-get", "satisfy", "-y", "--no-install-recommends", relations)
        in_root(root, "apt-get", "clean")
        work.chmod(0o755)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def in_root(root, *command, **more):
    return run("chroot", root, *command, env=ENVIRONMENT, **more)


class Chroot:
    """A throw-away copy of a base, with /proc and the machine's /dev. A context manager."""

    def __init__(self, folder):
        self._base = folder

    def __enter__(self):
        self._work = pathlib.Path(tempfile.mkdtemp(prefix="edgelift-chroot.", dir="/var/tmp"))
        for name in ("upper", "work", "merged"):
            (self._work / name).mkdir()
        merged = self._work / "merged"
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={self._base},upperdir={self._work}/upper,workdir={self._work}/work", merged)
        self.root = merged / "root"
        run("mount", "-t", "proc", "proc", self.root / "proc")
        run("mount", "--rbind", "/dev", self.root / "dev")
        return self

    def __exit__(self, *_):
        for place in ("root/dev", "root/proc", ""):
            run("umount", "--lazy", self._work / "merged" / place)
        shutil.rmtree(self._work)

    def run(self, *command, **more):
        return in_root(self.root, *command, **more)

    def start(self, *command, **more):
        """A process that goes on running; the caller ends it."""
        environment = {**ENVIRONMENT, **more.pop("environment", {})}
        return subprocess.Popen(["chroot", self.root, *command], env=environment, text=True, **more)

    def windows(self, program):
        """Starts a program on a new X display and ends it when it has a window with name and class; the windows there are, and what it said."""
        server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1024x600x24", "-nolisten", "tcp"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        display = f":{server.stdout.readline().strip()}"
        sockets = self.path("/tmp/.X11-unix")
        sockets.mkdir(exist_ok=True)
        run("mount", "--bind", "/tmp/.X11-unix", sockets)
        self.path("/root/runtime").mkdir(mode=0o700)
        window = self.start(program, environment={"DISPLAY": display, "XDG_RUNTIME_DIR": "/root/runtime"}, stderr=subprocess.PIPE)
        try:
            tree = ""
            deadline = time.monotonic() + 60
            while not re.search(r'": \("', tree) and window.poll() is None and time.monotonic() < deadline:
                time.sleep(0.2)
                tree = run("xwininfo", "-root", "-tree", "-display", display, ok=False).stdout
        finally:
            window.terminate()
            said = window.communicate(timeout=30)[1]
            run("umount", "--lazy", sockets)
            server.terminate()
            server.communicate(timeout=30)
        return tree, said

    def path(self, path):
        return self.root / path.lstrip("/")

    def put(self, source, path):
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, self.path(path))

    def write(self, path, text, mode=0o644):
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_text(text)
        self.path(path).chmod(mode)

    def exists(self, path):
        return os.path.lexists(self.path(path))

    def files(self):
        """Everything in it: path → kind, owner, mode and content."""
        out = {}
        for folder, folders, names in os.walk(self.root):
            folders[:] = [each for each in folders if folder != str(self.root) or each not in ("proc", "dev", "sys")]
            for name in folders + names:
                path = pathlib.Path(folder, name)
                status = path.lstat()
                content = None
                if path.is_symlink():
                    content = os.readlink(path)
                elif path.is_file():
                    content = hashlib.sha256(path.read_bytes()).hexdigest()
                out["/" + str(path.relative_to(self.root))] = (oct(status.st_mode), status.st_uid, status.st_gid, content)
        return out
