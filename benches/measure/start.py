"""What the programs of this folder's parent have in common: builds, folders, the database, and one run at a time."""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import tempfile

from . import bench, databases


def add_arguments(add):
    """The options of every measuring program."""
    add("--binary", action="append", metavar="NAME=FILE", help="a build to measure, several times for several builds")
    add("--database", choices=["postgres", "sqlite"], default="postgres", help="its own PostgreSQL, or SQLite")
    add("--database-url", metavar="URL", help="a PostgreSQL server; its user may create databases")
    add("--seeder", type=program, metavar="FILE", help="the example seed, built already, which fills databases")
    add("--keep", metavar="DIR", help="keep cluster, databases and files here, and use them the next time")
    add("--size", choices=bench.STACKS, default="m", help="10, 100 or 2,000 stacks of 100 instances (m)")
    add("--connections", type=int, default=16, metavar="N", help="connections that ask at the same time (16)")
    add("--log", default="warn", metavar="FILTER", help="what our servers log; info has a line for each request (warn)")
    add("--json", metavar="FILE", help="also write every single row of figures here, one JSON object a line")


def check_machine():
    if not shutil.which("wrk"):
        raise SystemExit("wrk, which makes the load, is not here (Debian: apt-get install wrk; macOS is not supported)")
    if not os.path.exists("/proc/self/stat"):
        raise SystemExit("this needs Linux: it reads CPU times from /proc")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def binaries(args):
    """The builds to measure, by name."""
    if not args.binary:
        return {"devarch": os.path.join(bench.build("--bin", "devarch"), "devarch")}
    found = {}
    for text in args.binary:
        name, is_named, file = text.partition("=")
        if not is_named:
            name, file = os.path.basename(text), text
        found[name] = program(file)
    return found


def program(file):
    """The absolute path of a program."""
    if not os.access(file, os.X_OK):
        raise SystemExit(f"{file} is not a program")
    return os.path.abspath(file)


def open_folder(args, stack, folder=None):
    """The folder of a run, which is alone in it until `stack` is closed, and the folder of its servers."""
    if folder is None and args.keep:
        folder = os.path.abspath(args.keep)
    if folder is None:
        # Not TMPDIR: the server's user has to reach it.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="devarch-bench.", dir="/var/tmp"))
        os.chmod(folder, 0o755)
    os.makedirs(folder, exist_ok=True)
    stack.enter_context(alone_in(folder))
    work = os.path.join(folder, "servers")
    os.makedirs(work, exist_ok=True)
    return folder, work


def open_database(args, folder):
    if args.database == "sqlite":
        return databases.Sqlite(folder)
    if args.database_url:
        return databases.Postgres(args.database_url)
    return databases.Cluster(folder)


@contextlib.contextmanager
def alone_in(folder):
    """Prevents two concurrent runs on one cluster, which would measure each other's work and drop each other's databases."""
    with open(os.path.join(folder, "lock"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            bench.say(f"waiting for another run in {folder}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
