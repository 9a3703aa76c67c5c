"""Runs one fault on one database: its folder, its databases and services, its measurements, and the table of results.

Everything that is started here is stopped here, also after an error.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from . import books, postgres, service

BOTH = ("sqlite", "postgres")
# What its messages begin with; another suite has its own name.
PROGRAM = "tests/faults"
# The longest time of a request while a database is unavailable or slow, and until writes work again afterwards.
SLOWEST, RECOVERY, READY = 3.0, 5.0, 2.0


class Fault:
    """A fault: `run` gets a Work, injects the fault `work.times` times, and records measurements.

    Beside it other faults run, unless it promises a share of answers, which the others would take the processor from (`alone`).
    """

    def __init__(self, name, about, promised, run, times, short=1, databases=BOTH, needs=None, weight=0, alone=False):
        self.name, self.about, self.promised, self.run = name, about, promised, run
        self.times, self.short, self.databases, self.needs, self.weight = times, short, databases, needs, weight
        self.alone = alone


class Row:
    """A line of the table."""

    def __init__(self, fault, engine, times):
        self.fault, self.engine, self.times, self.seconds = fault, engine, times, 0.0
        self.seen, self.misses = "", []


class Work:
    """The environment of a fault."""

    def __init__(self, row, engine, args, folder, stack):
        self.row, self.engine, self.args, self.folder, self.stack = row, engine, args, folder, stack
        self.times, self.short, self.binary = row.times, args.short, os.path.abspath(args.binary)
        self.keys = subprocess.run([self.binary, "secrets", "new-key"], check=True, capture_output=True, text=True).stdout.strip()
        self.server, self.figures, self.books_, self.made = None, {}, [], 0

    def database(self):
        """The URL of a new database; PostgreSQL is started when it is first needed."""
        self.made += 1
        if self.engine == "sqlite":
            folder = os.path.join(self.folder, f"sqlite-{self.made}")
            os.makedirs(folder)
            return f"sqlite://{folder}/devarch.db"
        if self.server is None:
            self.server = self.cluster()
        name = f"devarch_{self.made}"
        self.server.create(name)
        return self.server.url(name)

    def cluster(self, **more):
        folder = tempfile.mkdtemp(prefix="cluster.", dir=self.folder)
        os.chmod(folder, 0o755)
        cluster = postgres.Server(folder, **more)
        self.stack.callback(cluster.end)
        return cluster

    def service(self, url, **more):
        """A service on a database; ready when this returns."""
        started = service.Devarch(self.binary, url, self.keys, os.path.join(self.folder, f"service-{time.time_ns()}.log"), **more)
        self.stack.callback(started.close)
        return started

    def devarch(self, url, *arguments):
        """Another command of the program on a database."""
        command = [self.binary, "--database-url", url, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env={"DEVARCH_SECRETS_KEY": self.keys})
        if done.returncode:
            raise RuntimeError(f"devarch {arguments[0]}: {done.stderr.strip()[-300:]}")

    def books(self, *services, **more):
        """A new ledger for these services."""
        file = os.path.join(self.folder, f"journal-{len(self.books_) + 1}")
        new = books.Books(self.args.ledger, file, [one.url for one in services], self.args.writers, **more)
        self.books_.append(new)
        return new

    def miss(self, text):
        if len(self.row.misses) < 50:
            say(f"MISS: {text}")
        self.row.misses.append(text)

    def most(self, what, value, limit=None, unit="s"):
        """Records the largest value of a measurement, and a miss if it exceeds the limit."""
        before = self.figures.get(what, (0, unit))[0]
        self.figures[what] = (max(before, value), unit)
        if limit is not None and value > limit:
            self.miss(f"{what}: {value:.2f} {unit}, beyond {limit:g}")

    def add(self, what, value):
        before = self.figures.get(what, (0, None))[0]
        self.figures[what] = (before + value, None)

    def settle(self, run, slowest=SLOWEST):
        """Adds the figures of a run of the ledger."""
        told = run.wait()
        counts = told["counts"]
        self.add("acknowledged", counts.get("acknowledged", 0))
        self.add("unknown", counts.get("unknown", 0))
        self.most("slowest answer", told["slowestMs"] / 1000, slowest)
        for wrong in told["wrong"]:
            self.miss(f"seed {told['seed']}: {wrong}")
        for code, count in told["errors"].items():
            if code in ("INTERNAL", "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED") or code.startswith("status "):
                self.miss(f"{count} answers with {code}")
        return told

    def compare(self, ledger, at):
        """Checks that nothing is lost and nothing is torn."""
        found = ledger.verify(at.url)
        self.add("lost or torn", len(found))
        for line in found[:10]:
            self.miss(f"{ledger.file}: {line}")

    def recovered(self, ledger, since):
        """How long after `since` the first change succeeded that was sent after it."""
        first = ledger.first_success(since)
        if first is None:
            self.miss("no change has succeeded since")
        else:
            self.most("recovery", max(0.0, first - since), RECOVERY)

    def seen(self):
        def told(what, value, unit):
            return f"{what} {value:.2f} {unit}" if unit else f"{value} {what}"

        return "; ".join(told(what, *figure) for what, figure in self.figures.items())


def say(text):
    print(f"{PROGRAM}: {text}", file=sys.stderr, flush=True)


def one(fault, engine, args, place="/var/tmp"):
    """Runs a fault on a database, with its files in a new folder of `place`; its line of the table."""
    row = Row(fault, engine, args.times or (fault.short if args.short else fault.times))
    say(f"{fault.name} on {engine}, {row.times} times")
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        # Not TMPDIR: the database's user has to reach it.
        folder = tempfile.mkdtemp(prefix="devarch-faults.", dir=place)
        os.chmod(folder, 0o755)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if args.keep:
            stack.callback(keep, folder, args, fault, engine, row)
        work = Work(row, engine, args, folder, stack)
        try:
            reason = fault.needs() if fault.needs else None
            if reason:
                work.miss(reason)
            else:
                fault.run(work)
        except Exception as cause:  # a script that breaks has proved nothing
            traceback.print_exc()
            work.miss(f"the script itself failed: {cause!r}")
        except SystemExit as cause:
            if not isinstance(cause.code, str):
                raise
            work.miss(f"the script itself failed: {cause}")
        row.seen = work.seen()
    row.seconds = time.monotonic() - begun
    return row


def keep(folder, args, fault, engine, row):
    if row.misses or args.keep_all:
        kept = os.path.join(args.keep, f"{fault.name}-{engine}-{os.path.basename(folder)}")
        shutil.copytree(folder, kept, ignore=shutil.ignore_patterns("data", "*.db*"), ignore_dangling_symlinks=True)
        say(f"journals and logs are in {kept}")


def table(rows):
    from measure import tables

    head = ["fault", "database", "promised", "seen", "", "times", "seconds"]
    lines = []
    for row in rows:
        verdict = f"{len(row.misses)} MISSES" if row.misses else "kept"
        lines.append([row.fault.name, row.engine, row.fault.promised, row.seen, verdict, str(row.times), f"{row.seconds:.0f}"])
    tables.show(head, lines, words=5)
    for row in rows:
        for miss in row.misses[:20]:
            print(f"{row.fault.name} on {row.engine}: {miss}")
