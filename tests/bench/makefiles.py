#!/usr/bin/env python3
"""Files to be copied, always the same ones.

usage: makefiles.py small|large FOLDER
small: 100 000 files of 0 to 16 KiB in 1 000 folders. large: 5 GB in files of 100 MB. Half of the bytes is text, a quarter a program's, a
quarter does not compress.
"""
import pathlib
import random
import sys

WORDS = [b"server", b"started", b"connection", b"from", b"closed", b"error", b"GET /index.html", b"200", b"404", b"user", b"session"]
program = pathlib.Path(sys.executable).resolve().read_bytes()


def content(source, length):
    kind = source.randrange(4)
    if kind == 0:
        return source.randbytes(length)
    if kind == 1:
        start = source.randrange(len(program))
        return (program[start:] + program * (length // len(program) + 1))[:length]
    lines = bytearray()
    while len(lines) < length:
        lines += b"2026-11-%02d %08d " % (source.randrange(30), source.randrange(10**8)) + b" ".join(source.choices(WORDS, k=8)) + b"\n"
    return bytes(lines[:length])


def main():
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    source = random.Random(1)
    if kind == "small":
        for i in range(1000):
            inside = folder / f"customer {i}" / "data"
            inside.mkdir(parents=True)
            for j in range(100):
                (inside / f"{j:03}.dat").write_bytes(content(source, source.randrange(16384)))
        return
    for i in range(50):
        with open(folder / f"file{i:02}.bin", "wb") as file:
            for _ in range(10):
                file.write(content(source, 10_000_000))


main()
