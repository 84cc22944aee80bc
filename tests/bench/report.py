#!/usr/bin/env python3
"""The rows and the verdicts of peers.sh and files.sh.

usage: report.py watch PROCESSES FILE                  until killed: keeps in FILE the MiB of the largest process listed in PROCESSES
       report.py row RESULTS                           the last row
       report.py end RESULTS RATE ZSTD7 PAYLOAD        ratios and bars; exit code 1 when a bar is missed
       report.py files RESULTS                         ours against rsync; exit code 1 when we are slower
A line of RESULTS: name, start, end (s), wire bytes before and after, processor seconds before and after, MiB of the largest process.
PAYLOAD is what our last copy gave to TCP, ZSTD7 what `zstd -7` makes of the same extents (0: not asked).
"""
import sys
import time

BYTES_A_SECOND = {"1gbit": 125e6, "200mbit": 25e6}
TIME_BAR = {"none": 0.5, "1gbit": 0.6}


def watch(processes, path):
    most = 0
    while True:
        for pid in open(processes).read().split():
            try:
                lines = open(f"/proc/{pid}/status").read().splitlines()
            except OSError:  # ended meanwhile
                continue
            most = max([most] + [int(line.split()[1]) for line in lines if line.startswith("VmHWM")])
        open(path, "w").write(str(most // 1024))
        time.sleep(0.1)


def rows(path):
    for line in open(path):
        name, *numbers = line.split()
        start, end, wire0, wire1, cpu0, cpu1, peak = map(float, numbers)
        yield name, end - start, wire1 - wire0, cpu1 - cpu0, peak


def verdict(text, value, bar):
    met = value <= bar
    print(f"{text}: {value:.3f} (bar {bar}: {'met' if met else 'MISSED'})")
    return met


def best_rounds(path):
    """By name: the round with the shortest time, with that round's other numbers."""
    best = {}
    for name, seconds, wire, cpu, peak in rows(path):
        if name not in best or seconds < best[name][0]:
            best[name] = (seconds, wire, cpu, peak)
    return best


def files(path):
    best = best_rounds(path)
    return {"edgelift", "rsync|ssh"} <= best.keys() and verdict("time / rsync|ssh", best["edgelift"][0] / best["rsync|ssh"][0], 1.0)


def end(path, rate, zstd7, payload):
    best = best_rounds(path)
    if "edgelift" not in best:
        return False
    seconds, wire, cpu, peak = best.pop("edgelift")
    good = verdict("largest of our processes, MiB", peak, 200)
    if best and rate in TIME_BAR:
        peer = min(best, key=lambda name: best[name][0])
        good &= verdict(f"time / best peer ({peer}, {best[peer][0]:.1f} s)", seconds / best[peer][0], TIME_BAR[rate])
    partclone = best.get("partclone|zstd-1|ssh")
    if partclone and rate != "200mbit":  # there we work harder on purpose: the link is what everybody waits for
        good &= verdict("processor time / partclone|zstd-1|ssh", cpu / partclone[2], 1.0)
    if rate == "200mbit":
        good &= verdict("time / (bytes on the wire / rate)", seconds / (wire / BYTES_A_SECOND[rate]), 1.05)
        if zstd7 and payload:
            good &= verdict("bytes given to TCP / zstd -7 of the same extents", payload / zstd7, 1.02)
    return good


if __name__ == "__main__":
    if sys.argv[1] == "watch":
        watch(*sys.argv[2:])
    elif sys.argv[1] == "row":
        name, seconds, wire, cpu, peak = list(rows(sys.argv[2]))[-1]
        print(f"{name:<22} {seconds:7.1f} s {wire / 1e6:8.0f} MB on the wire {cpu:7.1f} s processor {peak:6.0f} MiB", flush=True)
    elif sys.argv[1] == "files":
        sys.exit(0 if files(sys.argv[2]) else 1)
    else:
        sys.exit(0 if end(sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5] or 0)) else 1)
