"""The disk is full: a small file system under the database is filled to the last byte, and emptied again.

With PostgreSQL the tables are there, and its log is elsewhere: without room for its log PostgreSQL ends itself."""

import os
import sqlite3
import subprocess
import time

from support.service import Watch
from support.work import SLOWEST, Fault


def lacking():
    return None if os.geteuid() == 0 else "NOT RUN: this needs root, which mounts a small file system"


def small(work, megabytes):
    folder = os.path.join(work.folder, "small")
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "small", folder], check=True)
    work.stack.callback(subprocess.run, ["umount", "-l", folder], check=False)
    return folder


def database(work):
    """A database whose tables are on a small file system, and that folder."""
    if work.engine == "sqlite":
        folder = small(work, 24)
        return f"sqlite://{folder}/devarch.db", folder
    work.server = work.cluster()
    folder = small(work, 64)
    place = os.path.join(folder, "space")
    os.makedirs(place)
    if work.server.identity:
        os.chown(place, work.server.identity["user"], work.server.identity["group"])
    work.server.sql(None, f"create tablespace small location '{place}'")
    work.server.sql(None, "create database devarch tablespace small")
    return work.server.url("devarch"), folder


def fill(folder):
    """Fills the file system to the last byte."""
    with open(os.path.join(folder, "ballast"), "ab") as ballast:
        for size in (1 << 20, 4096):
            try:
                while True:
                    os.write(ballast.fileno(), b"x" * size)
            except OSError:
                pass


def run(work):
    url, folder = database(work)
    service = work.service(url)
    ledger = work.books(service)
    for _ in range(work.times):
        writing, watch = ledger.run(120), Watch(service)
        time.sleep(0.5)
        fill(folder)
        full, counts = time.time(), {}
        until = full + 20
        # Long enough that it is really felt, and then a while longer.
        while not any(code.startswith("unknown") for code in counts) and time.time() < until:
            time.sleep(0.3)
            fill(folder)
            counts = ledger.outcomes(full, time.time())
        time.sleep(1.5)
        over = time.time()
        os.remove(os.path.join(folder, "ballast"))
        freed = time.time()
        time.sleep(2)
        writing.stop()
        work.settle(writing)
        watch.stop()
        counts = ledger.outcomes(full, over)
        refused = counts.get("unknown: UNAVAILABLE", 0)
        work.add("clean errors", refused)
        if not refused:
            work.miss("nobody noticed that the disk was full")
        if odd := [code for code in counts if code.startswith("unknown") and code != "unknown: UNAVAILABLE"]:
            work.miss(f"the disk is full: {odd}")
        bad = [took for begun, took, good in watch.reads if full <= begun <= over and good is not True]
        if bad:
            work.miss(f"{len(bad)} reads failed while the disk was full")
        work.most("slowest read", watch.slowest(), SLOWEST)
        work.recovered(ledger, freed)
        work.compare(ledger, service)
    service.stop()
    if work.engine == "sqlite":
        with sqlite3.connect(url.removeprefix("sqlite://")) as connection:
            told = connection.execute("PRAGMA integrity_check").fetchone()[0]
            work.add("corrupt", int(told != "ok"))
            if told != "ok":
                work.miss(told)


FAULTS = [
    Fault(
        "disk-full",
        "the disk is full, and is not any more",
        "reads go on, clean errors, 0 corrupt, 0 lost, writes back < 5 s",
        run,
        times=20,
        weight=1,
        needs=lacking,
    )
]
