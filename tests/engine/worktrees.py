"""The story of the README: worktrees of one project, each with its own fork, all of them up beside their source."""

import os
import re
import subprocess

import command
import sidebyside

SOURCE = "shop"
README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")


def run(bench):
    checks, devarch = bench.checks, bench.devarch
    sidebyside.build(devarch, SOURCE, 22300)
    line = next(line for line in open(README, encoding="utf-8") if line.startswith("devarch up \"$(devarch fork"))
    stacks = [SOURCE, f"{SOURCE}-login", f"{SOURCE}-search"]
    with bench.engine.heartbeat(*(f"devarch-{stack}-db" for stack in stacks)):
        work(bench, line)


def work(bench, line):
    checks, devarch = bench.checks, bench.devarch
    source = bench.project(SOURCE)
    bench.start(source, SOURCE)
    running, taken = {SOURCE: bench.compare(source, SOURCE)}, []
    for worktree in ("login", "search"):
        folder = os.path.join(bench.work, "stacks", worktree)
        os.makedirs(folder)
        # Twice: the second time it is the same fork.
        names = [shell(bench, folder, line) for _ in range(2)]
        stack = f"{SOURCE}-{worktree}"
        checks.same(worktree, "how `devarch up` of the fork ends", [0, 0], [done.returncode for done in names])
        project = bench.project(stack)
        bench.render(project, stack, reveal=True)
        running[stack] = bench.compare(project, stack)
        with open(os.path.join(folder, ".env.ports"), encoding="utf-8") as file:
            taken += re.findall(r"^\w+=(\d+)$", file.read(), re.M)
    checks.same("all", "ports in the files of the worktrees", 4, len(set(taken)))
    forks = devarch.ask("query($name: String!) { stack(name: $name) { forks { totalCount } } }", name=SOURCE)
    checks.same(SOURCE, "forks", 2, forks["stack"]["forks"]["totalCount"])
    sidebyside.apart(checks, running, 12)
    sidebyside.data(bench, running)
    for stack in running:
        if stack != SOURCE:
            down = command.call(bench, bench.project(stack), "down", stack)
            checks.true(f"`devarch down` of {stack} succeeds", down.returncode == 0, down.stderr[-500:])
            checks.same(stack, "containers after `devarch down`", {}, bench.engine.containers(f"devarch-{stack}"))


def shell(bench, folder, line):
    """Runs the line of the README in a folder, with this service and this engine."""
    both = f'--server {bench.devarch.url}'
    line = line.replace("devarch fork ", f"devarch fork {both} ").replace(
        "devarch up ", f"devarch up {both} --engine '{os.environ['DEVARCH_COMPOSE']}' "
    )
    path = f"{os.path.dirname(bench.binary)}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-ec", line], cwd=folder, env={**bench.engine.environment, "PATH": path, "COMPOSE_ANSI": "never"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=300,
    )  # fmt: skip
