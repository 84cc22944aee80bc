"""A virtual machine in QEMU without KVM, which not every test machine has. It ends with the block it is used in."""
import subprocess
import time
import uuid

# Copying with one instruction ("fast") is emulated byte by byte: a kernel that does so read a disk through its cache at 38 MB/s, past it at 166.
CPU = "max,-erms,-fsrm"


class GuestMachine:
    """`disks`: (path, format). `ports`: names; what the guest writes to /dev/virtio-ports/NAME is the text of FOLDER/NAME, its console that of
    FOLDER/console. `forgets`: the disks stay as they are. `kernel`: (kernel, initramfs, command line) in place of what the first disk starts.
    A context manager."""

    def __init__(self, folder, disks, ports=(), forgets=False, kernel=None):
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self._command = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", CPU, "-smp", "2", "-m", "1536",
                         "-display", "none", "-no-reboot", "-monitor", "none", "-nic", "user,model=virtio-net-pci",
                         "-serial", f"file:{folder}/console", "-device", "virtio-serial",
                         "-uuid", str(uuid.uuid4()), *(["-snapshot"] if forgets else [])]
        if kernel:
            self._command += ["-kernel", kernel[0], "-initrd", kernel[1], "-append", kernel[2]]
        for path, kind in disks:
            self._command += ["-drive", f"file={path},format={kind},if=virtio,cache=unsafe"]
        for name in ports:
            self._command += ["-chardev", f"file,path={folder}/{name},id={name}", "-device", f"virtserialport,chardev={name},name={name}"]
        for name in ("console", *ports):
            (folder / name).write_text("")

    def __enter__(self):
        self._process = subprocess.Popen(self._command)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def text(self, name):
        return (self._folder / name).read_text(errors="replace").replace("\r", "")

    def wait(self, seconds, name, words):
        """Until `words` are in that text. Fails when the machine ends, or nothing comes in time."""
        deadline = time.monotonic() + seconds
        while words not in self.text(name):
            if self._process.poll() is not None or time.monotonic() > deadline:
                time.sleep(1)
                if words in self.text(name):
                    return
                raise AssertionError(f"never said: {words}\n{self.text(name)[-3000:]}\nconsole:\n{self.text('console')[-4000:]}")
            time.sleep(0.5)
