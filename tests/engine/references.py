"""The story of the README: an app that names its database by reference, in a stack, its fork, after a rename and a new password."""

import os
import re

import command
import sidebyside
from support.devarch import by_name

SOURCE, FORK = "values", "values-copy"
README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
USER, DATABASE = "postgres", "devarch"


def run(bench):
    sidebyside.build(bench.devarch, SOURCE, 22400)
    bench.devarch.change("patchInstanceOverrides", instance=by_name(SOURCE, "db"), operations=[{"set": {"envVar": {"key": "POSTGRES_PASSWORD", "generate": {}}}}])
    with open(README, encoding="utf-8") as file:
        section = file.read().partition("## Values that follow\n")[2]
    value = re.search(r'value: "(.*?)"\n', section)[1]
    variable = {"key": "DATABASE_URL", "value": value.replace("{orders-db", "{db")}
    bench.devarch.change("patchInstanceOverrides", instance=by_name(SOURCE, "web"), operations=[{"set": {"envVar": variable}}])
    with bench.engine.heartbeat(*(f"devarch-{stack}-{name}" for stack in (SOURCE, FORK) for name in ("db", "orders"))):
        work(bench)


def work(bench):
    checks, devarch = bench.checks, bench.devarch
    up(bench, SOURCE)
    first = follows(bench, SOURCE, "db")
    checks.true("the password is generated", len(first) == 32 and first.isalnum(), len(first))

    devarch.change("forkStack", "stack { name }", stack={"name": SOURCE}, name=FORK, secrets="GENERATE")
    up(bench, FORK)
    generated = follows(bench, FORK, "db")
    checks.true("the fork has a password of its own", generated != first and len(generated) == 32, len(generated))
    follows(bench, SOURCE, "db", first)

    devarch.change("renameInstance", instance=by_name(SOURCE, "db"), name="orders")
    up(bench, SOURCE)
    follows(bench, SOURCE, "orders", first)

    devarch.change("patchInstanceOverrides", instance=by_name(SOURCE, "orders"), operations=[set_password("next:pass/word $1")])
    up(bench, SOURCE)
    follows(bench, SOURCE, "orders", "next:pass/word $1")
    follows(bench, FORK, "db", generated)

    deleted = {"instance": by_name(SOURCE, "orders")}
    query = """query($change: ChangeInput!) { plan(change: $change) {
      destructive effects(first: 100) { nodes { __typename severity message } } userErrors { message } } }"""
    plan = devarch.ask(query, change={"softDeleteInstance": deleted})["plan"]
    broken = [one["severity"] for one in plan["effects"]["nodes"] if one["__typename"] == "ReferenceEffect" and "DATABASE_URL" in one["message"]]
    checks.true("the plan of the deletion tells which value breaks", plan["destructive"] and "DESTRUCTIVE" in broken, plan)
    devarch.change("softDeleteInstance", **deleted)
    refused = command.call(bench, bench.project(SOURCE), "up", SOURCE)
    checks.true("a stack with a broken reference does not start", refused.returncode != 0 and "orders" in refused.stderr, refused.stderr[-500:])
    follows(bench, FORK, "db", generated)


def set_password(text):
    return {"set": {"envVar": {"key": "POSTGRES_PASSWORD", "value": text, "isSecret": True}}}


def up(bench, stack):
    done = command.call(bench, bench.project(stack), "up", stack)
    bench.checks.true(f"`devarch up {stack}` succeeds", done.returncode == 0, done.stderr[-500:])


def follows(bench, stack, database, password=None):
    """The app has the address and the password of the database of its own stack; gives the password."""
    containers = bench.engine.containers(f"devarch-{stack}")
    bench.checks.containers += len(containers)
    web, own = (containers[f"devarch-{stack}-{name}"] for name in ("web", database))
    variables = [dict(line.split("=", 1) for line in one["Config"]["Env"]) for one in (web, own)]
    set_now = variables[1]["POSTGRES_PASSWORD"]
    if password is not None:
        bench.checks.same(f"{stack}/{database}", "password", password, set_now)
    url = f"postgresql://{USER}:{set_now}@{database}:5432/{DATABASE}"
    bench.checks.same(f"{stack}/web", "DATABASE_URL", url, variables[0].get("DATABASE_URL"))
    target = f"{database}:5432"
    said = bench.engine.who(web["Id"], target)
    bench.checks.same(f"{stack}/web", f"answer of {target}", f"I am {own['Config']['Hostname']}", said[target][1])
    return set_now
