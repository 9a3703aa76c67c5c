"""CPU time and memory of processes, from the kernel. Linux only."""

import os
import re
import time

TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def cpu(pid):
    """Nanoseconds of CPU that a process has had, those of its ended threads included; 0 when it is gone."""
    try:
        # The clock of another process (clock_getcpuclockid).
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def stat(pid):
    """The fields of /proc/PID/stat behind the name, or None."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def name(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def parent(pid):
    fields = stat(pid)
    return int(fields[1]) if fields else None


def family_cpu(pid):
    """Nanoseconds of CPU of a process and its children, the ended ones included."""
    fields = stat(pid)
    ended = (int(fields[13]) + int(fields[14])) * TICK if fields else 0
    children = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return cpu(pid) + ended + sum(cpu(child) for child in children if parent(child) == pid)


def machine_cpu():
    """Nanoseconds that the machine's processors were busy with anything."""
    with open("/proc/stat") as file:
        times = [int(word) for word in file.readline().split()[1:9]]
    return (sum(times) - times[3] - times[4]) * TICK


def memory(pid):
    """MiB of resident memory."""
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def when_quiet(read):
    """Waits until the counters that `read` gives stand still (what was under way when the load ended), then gives them."""
    time.sleep(0.15)
    last = read()
    for _ in range(100):
        time.sleep(0.1)
        now = read()
        if all(after - before < 3_000_000 for before, after in zip(last, now)):
            return now
        last = now
    return last
