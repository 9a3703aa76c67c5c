"""The measurement of shapes: servers that take turns, answers that are the same on all of them, and the table."""

import hashlib
import http.client
import json
import statistics

from . import bench, questions, runs, servers, shapes, tables
from .graph import INTROSPECTION, Graph

EXECUTOR = "executor"


class Shaped(servers.Ours):
    """A server that is asked shapes."""

    known = {}

    def body(self, question, choice, first=100):
        return self.known[question].body(choice) if question in self.known else super().body(question, choice, first)

    def check(self, question, answer, instances, new):
        if question in self.known:
            self.known[question].check(answer)
        else:
            super().check(question, answer, instances, new)

    def graph(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/graphql", json.dumps({"query": INTROSPECTION}), headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return Graph(answer)


class Shapes(bench.Bench):
    """Databases, servers, and the rows of figures for each shape."""

    def __init__(self, args, binaries, work, database, executor):
        super().__init__(args, binaries, work, database, None)
        self.executor, self.digests = executor, {}

    def servers(self):
        """The builds, and the server whose executor answers everything."""
        size = (bench.STACKS[self.args.size], bench.INSTANCES)
        for name, binary in self.binaries.items():
            server = Shaped(name, size, self.work, binary, ["--log", self.args.log], bench.OFF)
            server.database = self.filled(binary, size[0])
            yield server
        if self.executor:
            server = Shaped(EXECUTOR, size, self.work, self.executor)
            server.database = self.filled(next(iter(self.binaries.values())), size[0])
            yield server

    def read_schema(self):
        """Starts the first build to make the shapes from its schema."""
        server = next(self.servers())
        server.url = self.database.url(server.database)
        server.first_answer()
        Shaped.known = shapes.of_schema(server.graph())
        server.stop()

    def asked(self, is_write):
        wanted = self.args.shapes.split(",") if self.args.shapes else [""]
        chosen = [shape for shape in Shaped.known.values() if any(shape.name.startswith(word) for word in wanted)]
        # What a shape is compared with is measured, too.
        names = {shape.name for shape in chosen} | {shape.base for shape in chosen if shape.base}
        return [name for name, shape in Shaped.known.items() if name in names and shape.is_write == is_write]

    def run_all(self):
        self.read_schema()
        if reads := self.asked(False):
            self.measure([*self.servers()], reads)
        if writes := self.asked(True):
            self.measure_changes([*self.servers()], writes)

    def try_out(self, server, question, is_writing):
        """Checks several answers before measuring; queries are answered alike by all servers of one database."""
        for number, choice in enumerate(questions.choices(*server.size, 3)):
            answer = server.ask(question, choice, f"{self.prefix()}{number}")
            digest = hashlib.sha256(answer).hexdigest()
            known = self.digests.setdefault((server.database, question, number), digest)
            if not is_writing and known != digest:
                server.fail(f"{question}: another answer than that of the server before, to {server.body(question, choice)}")

    def one_load(self, server, question, round_, is_writing):
        row = runs.load(server, self.database, question, self.prefix(), self.args.seconds, self.args.connections)
        row.update(round=round_, engine=self.database.engine, connections=self.args.connections)
        if is_writing:
            self.remove(server)
        self.rows.append(row)
        if self.args.json:
            with open(self.args.json, "a") as file:
                file.write(json.dumps(row) + "\n")

    def report(self):
        args, stacks = self.args, bench.STACKS[self.args.size]
        print(f"{self.database.engine}, {stacks} stacks of {bench.INSTANCES} instances, {args.connections} connections, ", end="")
        print(f"{args.rounds} rounds of {args.seconds} s\n")
        Table(self.rows, list(self.binaries)).show()


class Table:
    """CPU of each shape beside its line, its base and the executor."""

    def __init__(self, rows, builds):
        self.builds, self.found = builds, {}
        for row in rows:
            self.found.setdefault(row["question"], {}).setdefault(row["server"], []).append(row)

    def ms(self, name, server):
        rows = self.found.get(name, {}).get(server)
        return statistics.median(row["sum_ms"] for row in rows) if rows else None

    def kib(self, name):
        return statistics.median(row["kib"] for rows in self.found[name].values() for row in rows)

    def of_line(self, name, server):
        """How often the line is in the cost of a shape; for a mutation, in that of its larger payload."""
        shape, ms = Shaped.known[name], self.ms(name, server)
        if shape.is_write and shape.base:
            return (ms - self.ms(shape.base, server)) / (shape.line(self.kib(name)) - shapes.MS)
        return None if shape.is_write else ms / shape.line(self.kib(name))

    def of_base(self, name, server):
        """The cost of a variant by that of its base, each by its line: a longer answer may cost more."""
        shape = Shaped.known[name]
        if not shape.base or shape.is_write:
            return None
        own, base = self.ms(name, server), self.ms(shape.base, server)
        return own / base * shape.line(self.kib(shape.base)) / shape.line(self.kib(name))

    def show(self):
        def factor(value, most):
            return "–" if value is None else f"{value:.2f}{'!' if value > most else ''}"

        head = ["shape", "KiB", "line ms"]
        for build in self.builds:
            head += [f"{build} ms", "of line", "of base"]
        has_executor = any(EXECUTOR in servers for servers in self.found.values())
        head += ["executor ms", f"of {self.builds[-1]}"] if has_executor else []
        out = []
        for name, shape in Shaped.known.items():
            if name not in self.found:
                continue
            kib = self.kib(name)
            row = [name, f"{kib:.1f}", "–" if shape.is_write else f"{shape.line(kib):.3f}"]
            for build in self.builds:
                row += [f"{self.ms(name, build):.3f}", factor(self.of_line(name, build), 1)]
                row.append(factor(self.of_base(name, build), shapes.VARIANT))
            if has_executor:
                executor = self.ms(name, EXECUTOR)
                row += [f"{executor:.3f}", f"{executor / self.ms(name, self.builds[-1]):.2f}"]
            out.append(row)
        print("CPU milliseconds of a request (server and database; medians over rounds), beside the line and the base")
        tables.show(head, out, words=1)
        for build in self.builds:
            self.summarise(build)

    def summarise(self, build):
        lines = [value for name in self.found if (value := self.of_line(name, build)) is not None]
        bases = [value for name in self.found if (value := self.of_base(name, build)) is not None]
        within = sum(value <= 1 for value in lines)
        cheap = sum(value <= shapes.VARIANT for value in bases)
        print(f"{build}: {within} of {len(lines)} within the line, {cheap} of {len(bases)} variants at most 15 % above their base")
