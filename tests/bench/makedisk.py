#!/usr/bin/env python3
"""The benchmark's disk: 6 GiB ext4, more than 3 GB used. System files, 80 000 small files, 500 MB that do not compress, logs.

usage: makedisk.py FILE      (root; takes about a minute, the file is kept)
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile


def run(*command):
    subprocess.run(command, check=True)


def fill(root):
    def used():
        facts = os.statvfs(root)
        return (facts.f_blocks - facts.f_bfree) * facts.f_frsize

    subprocess.run(["cp", "-a", "--one-file-system", "/usr", f"{root}/"], check=False, stderr=subprocess.DEVNULL)  # as much as fits
    while used() > 2_300_000_000:  # room for the rest: the largest folders of /usr go first
        folders = [p for p in (root / "usr").iterdir() if p.is_dir() and not p.is_symlink()]
        shutil.rmtree(max(folders, key=lambda p: sum(f.lstat().st_size for f in p.rglob("*"))))
    rng = random.Random(7)
    words = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz ", k=8)) for _ in range(4000)]
    for i in range(80_000):
        folder = root / "small" / str(i // 1000)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{i}").write_bytes(b" ".join(rng.choices(words, k=rng.randrange(20, 1200))))
    with open(root / "random", "wb") as file:
        for _ in range(500):
            file.write(rng.randbytes(1_000_000))
    n = 0
    while used() < 3_200_000_000:  # logs: what servers are full of
        with open(root / f"log{n}", "wb") as file:
            for line in range(1_000_000):
                file.write(b"%d GET /item/%d HTTP/1.1 200 %s\n" % (line, rng.randrange(10**6), rng.choice(words)))
        n += 1


def main(path):
    new = path + ".new"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    run("truncate", "-s", "6G", new)
    run("mkfs.ext4", "-q", "-F", new)
    with tempfile.TemporaryDirectory() as mount:
        run("mount", "-o", "loop", new, mount)
        try:
            fill(pathlib.Path(mount))
        finally:
            run("umount", mount)
    os.rename(new, path)


if __name__ == "__main__":
    main(sys.argv[1])
