"""Difficult values of every kind: variables, ports, mounts, healthchecks, processes, limits, config files, attributes, networks."""

import json
import os

import differences
import difficult
from support.bench import ONCE_IMAGE, PLAIN_IMAGE, RICH_IMAGE
from support.devarch import by_name

STACK = "kinds"


def run(bench):
    project = build(bench)
    one_configuration(bench, project)
    for mode in ("FLAT", "LAYERED"):
        with bench.engine.heartbeat(f"devarch-{STACK}-check-cmd"):  # which another one waits for
            if not bench.start(project, STACK, mode):
                return
        containers = bench.compare(project, STACK, is_running={"once": "exited"})
        if mode == "FLAT":
            inside(bench, containers)
        if bench.short:
            break
    warned(bench)
    refused(bench)


def build(bench):
    """The stack with all instances, and a project for it."""
    devarch, checks = bench.devarch, bench.checks
    devarch.change("createStack", name=STACK)
    project = bench.project(STACK, **difficult.FROM_THE_SHELL)
    for name, image in (("plain", PLAIN_IMAGE), ("rich", RICH_IMAGE), ("once", ONCE_IMAGE)):
        image, tag = image.rsplit(":", 1)
        restart = "no" if name == "once" else "unless-stopped"
        devarch.change("createTemplate", name=f"stand-in-{name}", imageName=image, imageTag=tag, restartPolicy=restart)
    devarch.change("createTemplate", name="stand-in-full", **difficult.TEMPLATE)
    os.makedirs(os.path.join(project.folder, "a folder", "ünï"))
    bench.engine.podman("volume", "create", "kinds-external")
    for name, template, overrides in bench.possible(difficult.INSTANCES):
        devarch.create(STACK, name, f"stand-in-{template}", **json.loads(json.dumps(overrides).replace("{folder}", project.folder)))
    for name in [] if bench.short else difficult.NAMES:
        devarch.create(STACK, name, "stand-in-plain", volumes=[difficult.volume("data", "/data")])
    devarch.create(STACK, "once", "stand-in-once")
    devarch.create(STACK, "takes-away", "stand-in-full")
    devarch.change("patchInstanceOverrides", instance=by_name(STACK, "takes-away"), operations=difficult.TAKES_AWAY)
    devarch.create(STACK, "disabled", "stand-in-plain")
    devarch.change("updateInstance", instance=by_name(STACK, "disabled"), enabled=False)
    waits_for = {"once": "SERVICE_COMPLETED_SUCCESSFULLY", "check-cmd": "SERVICE_HEALTHY", "process": "SERVICE_STARTED"}
    devarch.create(STACK, "waits", "stand-in-plain", dependencies=[
        *({"instance": by_name(STACK, name), "condition": condition} for name, condition in waits_for.items()),
        {"instance": by_name(STACK, "disabled"), "required": False},
    ])  # fmt: skip
    checks.true("the stack has at least 20 instances", len(devarch.instances(STACK)) >= 20)
    return project


def one_configuration(bench, project):
    """Docker Compose reads the same from the flat file and from the layers, so that a change of form makes nothing anew."""
    hashes = []
    for mode in ("FLAT", "LAYERED"):
        bench.render(project, STACK, mode)
        bench.checks.true(f"{STACK} is read ({mode.lower()})", project.run("config", "--hash", "*"), project.reason())
        hashes.append(dict(line.split() for line in project.output.splitlines() if len(line.split()) == 2))
    bench.checks.true("the hashes of all services are read", len(hashes[0]) >= 20, hashes[0])
    for name in sorted(set(hashes[0]) | set(hashes[1])):
        bench.checks.same(f"{STACK}/{name}", "hash of Docker Compose, layered", hashes[0].get(name), hashes[1].get(name))


def inside(bench, containers):
    """What no inspection shows: that names resolve, healthchecks run, and what Podman does not tell of."""
    checks, engine = bench.checks, bench.engine
    names = sorted(name for name in containers if name != "once")
    said = engine.who(containers["waits"]["Id"], *(f"{name}:8080" for name in names))
    for name in names:
        address, answer = said.get(f"{name}:8080", (None, None))
        checks.same(f"{STACK}/waits", f"answer of {name}", f"I am {containers[name]['Config']['Hostname']}", answer or address)
    for name, expected in (("db", "networks"), ("two.words", "networks"), ("other-name", "networks")):
        address, answer = engine.who(containers["networks-back"]["Id"], f"{name}:8080").get(f"{name}:8080", (None, None))
        checks.same(f"{STACK}/networks-back", f"answer of {name}", f"I am {containers[expected]['Config']['Hostname']}", answer or address)
    tested = [one for one in containers.values() if (one["Config"].get("Healthcheck") or {}).get("Test", ["NONE"]) != ["NONE"]]
    failed = engine.check_health(one["Name"].lstrip("/") for one in tested if one["State"]["Running"])
    expected = {containers["check-split"]["Name"].lstrip("/")} if is_split(containers["check-split"]) else set()
    checks.same(STACK, f"healthchecks that fail, of {len(tested)}", expected, set(failed))
    times = {name: containers[name]["State"]["StartedAt"] for name in ("once", "process", "waits")}
    checks.true(f"{STACK}/waits started last", times["waits"] == max(times.values()), times)
    labelled = next(mount["Name"] for mount in containers["mounts"]["Mounts"] if mount["Destination"] == "/labelled")
    labels = engine.get(f"/volumes/{labelled}")["Labels"]
    checks.same(f"{STACK}/mounts", "label of a volume", difficult.LABEL_OF_VOLUME, labels.get("a.label"))
    for name, command, answer in difficult.LOOKED_AT:
        checks.same(f"{STACK}/{name}", " ".join(command), answer, engine.run_inside(containers[name]["Id"], *command))


def is_split(container):
    """Whether this engine has split the arguments of a healthcheck at spaces."""
    return len(container["Config"]["Healthcheck"]["Test"]) > len(difficult.CHECK_WITH_SPACES)


def warned(bench):
    """What cannot run is said, before an engine refuses it."""
    warnings = bench.devarch.render(STACK)["warnings"]
    told = {warning["instance"] for warning in warnings}
    for name in ("disabled", "files"):  # `files` has an empty one
        bench.checks.true(f"{STACK}/{name}: there is a warning", name in told, warnings)


def refused(bench):
    """What Docker Compose refuses: DevArch has warned of it, unless only this engine is the reason."""
    for number, (what, overrides) in enumerate({**difficult.REFUSED, **differences.REFUSED_BY_PODMAN}.items()):
        stack = f"refused-{number}"
        bench.devarch.change("createStack", name=stack)
        bench.devarch.create(stack, "one", "stand-in-plain", **overrides)
        project = bench.project(stack)
        warnings = bench.render(project, stack)
        if what in difficult.REFUSED:
            bench.checks.true(f"there is a warning of {what}", any(one["instance"] == "one" for one in warnings), warnings)
        elif not differences.is_version(bench.engine.version):
            continue
        bench.checks.true(f"Docker Compose starts {what}: take it off the list", not project.up())
