#!/usr/bin/env python3
"""Sends queries for far too much data, from many clients concurrently, and measures the effect on the service.

    cargo build --release
    tests/hostile/fat.py target/release/devarch                        # SQLite
    tests/hostile/fat.py target/release/devarch --database-url URL     # an empty PostgreSQL database
    tests/hostile/fat.py target/release/devarch --generated 200 --seed 7

One template with a config file of 1 MiB and 100 instances of it; 16 clients that each send the same query again and again,
first those that were found to cost most, then generated ones. The service runs in an address space of 3,000,000 KiB. Python's
standard library only; Linux; loopback only. Fails when a goal is missed: no death, at most 400 MiB resident, every refusal
within 1 s and at most 64 KiB, no 5xx, the 99th percentile of another client below 500 ms, and no answer later than the request
timeout and a tenth of it.
"""

import argparse
import contextlib
import json
import multiprocessing
import random
import sys
import time

from attack import Watch
from service import Cut, Reader, Service, ask, graphql

ADDRESS_SPACE = 3_000_000 << 10  # bytes
MOST_REFUSAL = 64 << 10  # bytes
MOST_SECONDS, MOST_P99 = 1.0, 0.5
REQUEST_TIMEOUT = 10.0
CLIENTS, INSTANCES = 16, 100
MIB = 1 << 20


def aliases(field, most=59, prefix="a"):
    return " ".join(f"{prefix}{n}:{field}" for n in range(most))


def in_stack(selection):
    return f'{{ stack(name: "fat") {{ instances(first: 100) {{ nodes {{ {selection} }} }} }} }}'


# The most expensive known queries and variants of them. Without budgets each kind ended the process.
KNOWN = {
    "contents by a plan": in_stack(f"effectiveConfig {{ configFiles {{ {aliases('content')} }} }}"),
    "contents, escaped": in_stack(f"effectiveConfig {{ configFiles {{ {aliases('content', 9)} }} }}"),
    "contents by the executor": in_stack(f"removed: effectiveConfig {{ removed {{ key }} configFiles {{ {aliases('content')} }} }}"),
    "files by the executor": '{ stack(name: "fat") { ' + aliases("compose(mode: LAYERED) { hash }", 50, "p") + " } }",
    "texts of files": '{ stack(name: "fat") { ' + aliases("compose(mode: LAYERED) { text override }", 28, "p") + " } }",
    "one file": '{ stack(name: "fat") { compose { text } } }',
    "holders of conflicts": f'{{ stack(name: "ports") {{ conflicts {{ holders {{ {aliases("name", 20)} }} }} }} }}',
    "descriptions": in_stack(aliases("template { description }", 50)),
    "differences": in_stack("overrideDiff { key from { __typename } to { __typename } }"),
    "own contents": f'{{ stack(name: "own") {{ instances(first: 100) {{ nodes {{ configFiles {{ {aliases("content", 20)} }} }} }} }} }}',
    "all own contents": '{ stack(name: "own") { instances(first: 100) { nodes { effectiveConfig { configFiles { content shadows { content } } } } } } }',
    "contents of a template": f'{{ template(name: "fat") {{ configFiles {{ {aliases("content")} }} }} }}',
    "template in template": '{ template(name: "fat") { instances(first: 100) { nodes { template { configFiles { content } } } } } }',
    "previews of edits": '{ template(name: "fat") { ' + aliases("affected(edit: {configFiles: []}) { instances { instance { stack { name } } changes { key } } }") + " } }",
    "introspection": "{ __schema { types { fields { args { type { ofType { name description } } } type { name description } } } } }",
}


class Schema:
    """The types of the service, as introspection tells them."""

    QUERY = """{ __schema { types { kind name fields { name args { name type { ...T } } type { ...T } }
      possibleTypes { name } } } }
      fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"""

    def __init__(self, service):
        types = json.loads(ask(service, graphql(self.QUERY)).body)["data"]["__schema"]["types"]
        self.types = {one["name"]: one for one in types}

    @staticmethod
    def named(type_):
        while type_.get("ofType"):
            type_ = type_["ofType"]
        return type_["name"]

    @staticmethod
    def required(argument):
        return argument["type"]["kind"] == "NON_NULL"

    def is_leaf(self, name):
        return self.types[name]["kind"] in ("SCALAR", "ENUM")


class Generator:
    """Random queries over the data, within the limits of a document, that ask for as much as they can."""

    ARGUMENTS = {
        "first": lambda _: "100",
        "mode": lambda rng: rng.choice(["FLAT", "LAYERED"]),
        "includeDeprecated": lambda _: "true",
        "edit": lambda rng: rng.choice(["{configFiles: []}", "{ports: [], labels: []}", '{description: "x"}']),
    }

    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng
        self.selections, self.aliases = 900, 55

    def query(self):
        name = self.rng.choice(["fat", "fat", "own", "ports"])
        root = self.rng.choice(["stack", "stack", "stack", "template", "instance", "stacks", "templates"])
        arguments = {
            "stack": f'(name: "{name}")', "template": f'(name: "{name}")', "instance": f'(stack: "{name}", name: "i1")',
            "stacks": "(first: 100)", "templates": "(first: 100)",
        }[root]
        field = next(one for one in self.schema.types["Query"]["fields"] if one["name"] == root)
        return f"{{ {root}{arguments} {self.selection(Schema.named(field['type']), 9)} }}"

    def selection(self, name, depth):
        kind = self.schema.types[name]
        if kind["kind"] in ("UNION", "INTERFACE"):
            parts = [f"... on {one['name']} {self.selection(one['name'], depth - 1)}" for one in kind["possibleTypes"][:3]]
            return "{ __typename " + " ".join(parts) + " }"
        fields = [one for one in kind["fields"] or [] if self.usable(one, depth)]
        self.rng.shuffle(fields)
        chosen = []
        for field in fields[: self.rng.choice([1, 1, 2, 3, 8])]:
            leaf = self.schema.is_leaf(Schema.named(field["type"]))
            copies = self.rng.choice([1, 1, 4, 20]) if leaf or self.rng.random() < 0.2 else 1
            for _ in range(copies):
                if self.selections <= 0:
                    break
                self.selections -= 1
                alias = ""
                if self.aliases > 0 and copies > 1:
                    self.aliases -= 1
                    alias = f"a{self.aliases}: "
                elif copies > 1:
                    break
                inner = "" if leaf else self.selection(Schema.named(field["type"]), depth - 1)
                chosen.append(f"{alias}{field['name']}{self.arguments(field)} {inner}")
        return "{ __typename " + " ".join(chosen) + " }"

    def usable(self, field, depth):
        known = all(not Schema.required(one) or one["name"] in self.ARGUMENTS for one in field["args"])
        return known and (self.schema.is_leaf(Schema.named(field["type"])) or depth > 1)

    def arguments(self, field):
        given = [f"{one['name']}: {self.ARGUMENTS[one['name']](self.rng)}" for one in field["args"] if one["name"] in self.ARGUMENTS]
        return f"({', '.join(given)})" if given else ""


def change(service, query, **variables):
    answer = json.loads(ask(service, graphql(query, variables)).body)
    assert "errors" not in answer, answer
    assert all(not (payload or {}).get("userErrors") for payload in answer["data"].values()), answer
    return answer["data"]


def fill(service):
    """A template with a large file and a stack of its instances; one whose instances have large files of their own; and one
    whose instances claim the same ports."""
    template = "mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { userErrors { message } } }"
    content = 'say "hello" \\ to\tyou\n' * (MIB // 20)
    change(service, template, input={
        "name": "fat", "imageName": "fat", "description": "x" * 4096,
        "configFiles": [{"filePath": "/etc/fat.conf", "content": content[:MIB]}],
    })
    change(service, template, input={"name": "own", "imageName": "own"})
    ports = [{"hostPort": 1000 + n, "containerPort": 1000 + n} for n in range(500)]
    change(service, template, input={"name": "ports", "imageName": "ports", "ports": ports})
    for name in ("fat", "own", "ports"):
        change(service, f'mutation {{ createStack(input: {{ name: "{name}" }}) {{ userErrors {{ message }} }} }}')
    instance = "mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { userErrors { message } } }"
    for n in range(INSTANCES):
        for name in ("fat", "own", "ports"):
            overrides = {"configFiles": [{"filePath": "/a", "content": "y" * MIB}]} if name == "own" else {}
            given = {"stack": {"name": name}, "template": {"name": name}, "name": f"i{n}", "overrides": overrides}
            change(service, instance, input=given)


def client(address, query, until, out):
    """Sends a query again and again, reading whole answers."""
    service = Service.__new__(Service)
    service.address = address
    request, tally = graphql(query), {"answers": 0, "refused": 0, "cut": 0, "5xx": 0, "slowest": 0.0, "refusal": 0, "late": 0.0, "sample": ""}
    while time.monotonic() < until:
        started = time.monotonic()
        try:
            with contextlib.closing(service.connect()) as stream:
                stream.settimeout(60)
                stream.sendall(request)
                answer = Reader(stream).answer()
        except (Cut, OSError):
            tally["cut"] += 1
            continue
        took = time.monotonic() - started
        tally["answers"] += 1
        tally["late"] = max(tally["late"], took)
        if answer.status >= 500:
            tally["5xx"] += 1
            tally["sample"] = f"{answer.status} {answer.body[:300].decode(errors='replace')}"
        if answer.status >= 400 or b'"errors"' in answer.body[-4000:]:
            tally["refused"] += 1
            tally["slowest"] = max(tally["slowest"], took)
            tally["refusal"] = max(tally["refusal"], len(answer.body))
    out.put(tally)


def attack(service, query, seconds):
    out, until = multiprocessing.Queue(), time.monotonic() + seconds
    arguments = (service.address, query, until, out)
    clients = [multiprocessing.Process(target=client, args=arguments) for _ in range(CLIENTS)]
    with Watch(service) as watch:
        for one in clients:
            one.start()
        tallies = [out.get(timeout=120) for _ in clients]
        for one in clients:
            one.join()
    sums = {key: sum(one[key] for one in tallies) for key in ("answers", "refused", "cut", "5xx")}
    return {**sums, **{key: max(one[key] for one in tallies) for key in ("slowest", "refusal", "late", "sample")}}, watch


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--database-url", help="an empty database; without it an SQLite file")
    parser.add_argument("--seconds", type=float, default=5, help="for each query")
    parser.add_argument("--generated", type=int, default=20, help="how many generated queries")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only known queries with this in their name")
    parser.add_argument("--resident", type=int, default=400, help="most MiB that may be resident")
    parser.add_argument("--unhurried", action="store_true", help="a build without optimisations: no goals of time")
    options = parser.parse_args()
    missed = []
    # Without the limit of cost, so that only the budget protects the service.
    service = Service(options.binary, options.database_url, ["--max-cost", "1000000000000"], ADDRESS_SPACE, catalog=False)
    with contextlib.closing(service):
        fill(service)
        queries = {name: query for name, query in KNOWN.items() if options.only in name}
        schema = Schema(service)
        for n in range(options.generated if not options.only else 0):
            queries[f"generated {options.seed + n}"] = Generator(schema, random.Random(options.seed + n)).query()
        print(f"{'query':28} {'answers':>7} {'refused':>7} {'5xx':>4} {'cut':>4} {'refused in':>10} {'largest':>8} {'slowest':>8} "
              f"{'peak MiB':>8} {'other p99':>9} {'failed':>6}")
        for name, query in queries.items():
            tally, watch = attack(service, query, options.seconds)
            if not service.is_alive():
                print(f"{name:28} DEAD, exit code {service.child.returncode}\n  {query[:2000]}")
                missed.append(f"{name}: the service died")
                break
            print(f"{name:28} {tally['answers']:7} {tally['refused']:7} {tally['5xx']:4} {tally['cut']:4} "
                  f"{tally['slowest']:8.3f} s {tally['refusal']:8} {tally['late']:6.2f} s {watch.peak / 1024:8.1f} "
                  f"{watch.p99():7.3f} s {watch.failed + watch.busy:6}", flush=True)
            goals = [
                ("peak KiB", watch.peak, options.resident << 10), ("bytes of a refusal", tally["refusal"], MOST_REFUSAL),
                ("5xx", tally["5xx"], 0), ("503 for the other client", watch.busy, 0),
            ]
            if not options.unhurried:
                goals += [
                    # It gives up after some seconds.
                    ("failures of the other client", watch.failed, 0),
                    ("s until a refusal", tally["slowest"], MOST_SECONDS), ("s of the other client's p99", watch.p99(), MOST_P99),
                    ("s of the slowest answer", tally["late"], REQUEST_TIMEOUT * 1.1),
                ]
            over = [f"{name}: {is_:.3f} {what}" for what, is_, most in goals if is_ > most]
            over += [f"{name}: {tally['sample']}"] if tally["sample"] else []
            if over and name.startswith("generated"):
                over.append(query[:2000])
            missed += over
    print("MISSED:" if missed else "every goal is reached", *missed[:60], sep="\n  ")
    return 1 if missed else 0


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.exit(main())
