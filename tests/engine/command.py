"""`devarch up`, `ps`, `logs` and `down` with this engine: the same containers, without a file."""

import json
import os
import subprocess

STACK = "command"


def run(bench):
    checks, devarch = bench.checks, bench.devarch
    devarch.change("createStack", name=STACK)
    for template in ("postgres", "redis", "caddy") if bench.short else bench.catalogue[::8]:
        devarch.create(STACK, template, template)
    # What a comparison has to know: where it is started, the name of the project, and the secrets as they are stored.
    project = bench.project(STACK)
    bench.render(project, STACK, reveal=True)
    os.remove(os.path.join(project.folder, "compose.yaml"))

    up = call(bench, project, "up", STACK)
    checks.true("`devarch up` succeeds", up.returncode == 0, up.stderr[-500:])
    containers = bench.compare(project, STACK)
    checks.same(STACK, "files in the folder of the project", [], os.listdir(project.folder))
    listed = call(bench, project, "ps", STACK, "--", "--format", "json").stdout
    names = sorted(json.loads(line)["Name"] for line in listed.splitlines() if line.startswith("{"))
    checks.same(STACK, "names that `devarch ps` lists", sorted(one["Name"].lstrip("/") for one in containers.values()), names)
    logs = call(bench, project, "logs", STACK)
    checks.true("`devarch logs` succeeds", logs.returncode == 0, logs.stderr[-500:])

    # The containers of a stack that has another name by now: nothing but its project is left of the old name.
    devarch.change("renameStack", stack={"name": STACK}, name=f"{STACK}-renamed")
    down = call(bench, project, "down", STACK)
    checks.true("`devarch down` of a former name succeeds", down.returncode == 0, down.stderr[-500:])
    checks.same(STACK, "containers after `devarch down`", {}, bench.engine.containers(project.name))


def call(bench, project, command, *arguments):
    separator = arguments.index("--") if "--" in arguments else len(arguments)
    own, engine = arguments[:separator], arguments[separator:]
    return subprocess.run(
        [bench.binary, command, *own, "--server", bench.devarch.url, "--engine", os.environ["DEVARCH_COMPOSE"], *engine],
        cwd=project.folder, env={**bench.engine.environment, "COMPOSE_ANSI": "never"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", timeout=300,
    )  # fmt: skip
