"""A measurement: databases that are filled once, servers that take turns, rows of figures."""

import contextlib
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from . import questions, runs, servers, tables

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDER = os.path.join(HERE, "..", "seed.rs")
ROOT = os.path.join(HERE, "..", "..")
STACKS = {"s": 10, "m": 100, "l": 2000}
INSTANCES = 100
OFF, KEPT = {"DEVARCH_ANSWER_CACHE": "0"}, {}


def say(text):
    print(f"benches/{os.path.basename(sys.argv[0])}: {text}", file=sys.stderr, flush=True)


def build(*targets):
    cargo = shutil.which("cargo")
    if not cargo:
        raise SystemExit("cargo not found: install Rust first")
    done = subprocess.run([cargo, "build", "--profile", "dist", "--quiet", *targets], cwd=ROOT)
    if done.returncode:
        raise SystemExit("the build failed, see above")
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "dist")


class Bench:
    """Databases, servers, and the rows of figures."""

    def __init__(self, args, binaries, work, database, peers):
        self.args, self.work, self.database, self.peers = args, work, database, peers
        self.binaries = binaries
        self.rows, self.counted, self.remembered, self.run = [], {}, {}, 0
        self.used, self.missing = set(), set()

    def migrations(self, binary):
        """Identifies the databases of this build: a hash of its migrations and of the generated rows."""
        with tempfile.TemporaryDirectory() as folder:
            command = [binary, "--database-url", f"sqlite://{folder}/x.db", "migrate", "up"]
            told = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout
        with open(SEEDER, "rb") as seeder:
            return hashlib.sha256(told + seeder.read()).hexdigest()[:8]

    def filled(self, binary, stacks):
        """The name of a full database for this build."""
        name = f"devarch_bench_{stacks}_{self.migrations(binary)}"
        if not self.database.exists(name):
            started = time.monotonic()
            say(f"filling a {self.database.engine} database with {stacks} stacks")
            # Under a temporary name until it is complete.
            unfinished = f"{name}_unfinished"
            self.database.drop(unfinished)
            self.database.create(unfinished)
            url = self.database.url(unfinished)
            migrate = [binary, "--database-url", url, "--log", "warn", "migrate", "up"]
            subprocess.run(migrate, check=True, stdout=subprocess.DEVNULL, cwd=self.work)
            seeder = self.args.seeder or os.path.join(build("--example", "seed"), "examples", "seed")
            sizes = ["--stacks", str(stacks), "--instances", str(INSTANCES)]
            subprocess.run([seeder, "--database-url", url, *sizes], check=True, stdout=subprocess.DEVNULL)
            self.database.rename(unfinished, name)
            say(f"that took {time.monotonic() - started:.0f} s")
        self.used.add(name)
        return name

    def ours(self, stacks, is_repeated=False, suffix=""):
        for name, binary in self.binaries.items():
            environment = KEPT if is_repeated else OFF
            title = name + suffix + (" repeated" if is_repeated else "")
            options = ["--log", self.args.log]
            server = servers.Ours(title, (stacks, INSTANCES), self.work, binary, options, environment, is_repeated)
            server.database = self.filled(binary, stacks)
            yield server

    def theirs(self, stacks):
        if not self.args.rivals:
            return
        size = next(size for size, number in STACKS.items() if number == stacks)
        for name in self.args.rivals.split(","):
            if not self.peers.is_built(name):
                if name not in self.missing:
                    say(f"{name} is not built: left out")
                self.missing.add(name)
                continue
            server = servers.Rival(name, (stacks, INSTANCES), self.work, self.peers)
            server.database = f"perf_{size}"
            if not self.database.exists(server.database):
                raise SystemExit(f"the peers' database {server.database} is missing: their set-up makes it")
            yield server

    def measure(self, everyone, asked, is_writing=False):
        """Starts all, checks and warms up, then lets them take turns."""
        with contextlib.ExitStack() as stack:
            for server in everyone:
                server.url = self.database.url(server.database)
                stack.callback(server.stop)
                if self.args.memory and server.name not in self.remembered:
                    self.remember_start(server)
                else:
                    server.first_answer()
            self.database.settle()
            for server in everyone:
                for question in filter(server.answers, asked):
                    self.try_out(server, question, is_writing)
                    runs.load(server, self.database, question, self.prefix(), 1, self.args.connections)
                    if is_writing:
                        self.remove(server)
            for round_ in range(self.args.rounds):
                say(f"{'changes' if is_writing else 'queries'}, round {round_ + 1} of {self.args.rounds}")
                order = everyone if round_ % 2 == 0 else everyone[::-1]
                for question in asked:
                    for server in order:
                        if server.answers(question):
                            self.one_load(server, question, round_, is_writing)
            for server in everyone:
                if server.name in self.remembered:
                    most = self.remembered[server.name]
                    most[2] = max(most[2], server.memory())

    def prefix(self):
        self.run += 1
        return f"n-{self.run}-"

    def try_out(self, server, question, is_writing):
        """Checks several responses before measuring: with different choices, or with new names."""
        for number, choice in enumerate(questions.choices(*server.size, 3)):
            server.ask(question, choice, f"{self.prefix()}{number}")
        if is_writing:
            self.remove(server)

    def remove(self, server):
        return self.database.remove_made(server.database, "n-")

    def one_load(self, server, question, round_, is_writing):
        args = self.args
        row = runs.load(server, self.database, question, self.prefix(), args.seconds, args.connections)
        row.update(round=round_, engine=self.database.engine, connections=args.connections)
        lost = max(0, row["requests"] - self.remove(server)) if is_writing else 0
        if lost:
            # Answers that said yes. One of ours would be a fault; with rivals it has been seen after clients went away.
            told = f"{server.name} {question}: of {row['requests']} changes that were answered {lost} are missing"
            if not server.is_rival:
                raise SystemExit(told)
            say(told)
            row["errors"] += lost
        self.rows.append(row)
        if args.json:
            with open(args.json, "a") as file:
                file.write(json.dumps(row) + "\n")

    def remember_start(self, server):
        times = []
        for number in range(6):
            server.stop()
            times.append(server.first_answer())
        # The first start loaded the catalogue.
        self.remembered[server.name] = [statistics.median(times[1:]), server.memory(), 0.0]

    def queries(self):
        asked = [question for question in self.args.asked if question in questions.READS]
        if not asked:
            return
        stacks = STACKS[self.args.size]
        everyone = [*self.ours(stacks)]
        if self.args.repeated:
            everyone += self.ours(stacks, is_repeated=True)
        everyone += self.theirs(stacks)
        if self.args.growth:
            everyone += self.ours(STACKS["l"], suffix=f" {STACKS['l']}")
        self.measure(everyone, asked)

    def changes(self):
        asked = [question for question in self.args.asked if question in questions.WRITES]
        if not asked:
            return
        stacks = STACKS[self.args.size]
        self.measure_changes([*self.ours(stacks), *self.theirs(stacks)], asked)

    def measure_changes(self, everyone, asked):
        """Measures mutations on copies of the databases, which are dropped afterwards."""
        copies = {}
        try:
            for server in everyone:
                server.changed_stacks = min(self.args.changed_stacks or server.size[0], server.size[0])
                if server.database not in copies:
                    copies[server.database] = self.copied(server.database)
                server.database = copies[server.database]
            self.measure(everyone, asked, is_writing=True)
        finally:
            for copy in copies.values():
                self.database.drop(copy)

    def copied(self, database):
        copy = f"{database}_changed"
        self.database.drop(copy)
        self.database.copy(database, copy)
        return copy

    def statements(self):
        for server in self.ours(STACKS[self.args.size]):
            copy = self.copied(server.database)
            try:
                server.url = self.database.url(copy)
                server.first_answer()
                for question in self.args.asked:
                    sizes = [1, 10, 100] if question in ("q1", "q2", "q5") else [None]
                    counts = self.counted.setdefault((question, server.name), {})
                    for first in sizes:
                        self.run += 1
                        counts[first] = runs.statements(server, question, (1, 1, 0), first or 100, self.run)
            finally:
                server.stop()
                self.database.drop(copy)

    def report(self):
        args, small = self.args, STACKS[self.args.size]
        names = list(dict.fromkeys(row["server"] for row in self.rows))
        baseline = "naive" if "naive" in names else next(iter(self.binaries))
        plain = [row for row in self.rows if row["stacks"] == small]
        print(f"{self.database.engine}, {small} stacks of {INSTANCES} instances, {args.connections} connections, ", end="")
        print(f"{args.rounds} rounds of {args.seconds} s\n")
        has_database_figures = self.database.engine == "PostgreSQL" and self.database.postmaster is not None
        if not has_database_figures and self.database.engine == "PostgreSQL":
            print("The database is on another machine: its CPU is not in these figures.\n")
        if plain:
            tables.costs(plain, has_database_figures, baseline)
        if args.growth and any(row["stacks"] != small for row in self.rows):
            tables.growth(self.rows, small, STACKS["l"])
        if self.counted:
            tables.statements(self.counted)
        if self.remembered:
            tables.memory(self.remembered)
