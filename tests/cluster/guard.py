"""Ends what a run has started, however the run itself ends.

    python3 guard.py FOLDER PID    # waits for the end of its input

All processes of a run (`PID`) have a working directory inside its folder. When the run closes the pipe, or is gone, they
are killed, and the folder is removed.
"""

import contextlib
import ctypes
import glob
import os
import shutil
import signal
import sys
import time

IPC_RMID = 0


def processes(folder):
    """The processes whose working directory is inside the folder."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if (os.readlink(f"/proc/{entry}/cwd") + "/").startswith(folder + "/"):
                    found.append(int(entry))
    return found


def running(folder):
    """Those that are no zombies."""
    return [pid for pid in processes(folder) if state(pid) not in (None, "Z")]


def state(pid):
    """The state of a process, such as `S`; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return None


def send(pids, what):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


def remove_shared_memory(folder):
    """Removes the small segments of System V that killed PostgreSQL servers leave: their ids are in postmaster.pid."""
    library = ctypes.CDLL(None, use_errno=True)
    for file in glob.glob(os.path.join(glob.escape(folder), "**", "data", "postmaster.pid"), recursive=True):
        with contextlib.suppress(OSError, IndexError, ValueError), open(file) as lines:
            library.shmctl(int(lines.read().splitlines()[6].split()[1]), IPC_RMID, None)


def main():
    folder, run = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    for ignored in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.read()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        left = [pid for pid in running(folder) if pid not in (run, os.getpid())]
        if not left:
            break
        send(left, signal.SIGKILL)
        time.sleep(0.05)
    remove_shared_memory(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
