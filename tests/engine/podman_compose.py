"""podman-compose instead of Docker Compose: a part of the catalogue, difficult values, and data that follows."""

import copy
import json
import os

import data
import differences
import difficult
from support.bench import ONCE_IMAGE, PLAIN_IMAGE, RICH_IMAGE

PROGRAM = "DEVARCH_PODMAN_COMPOSE"
# In a short run: with healthchecks of both forms, volumes, config files and secrets.
SHORT = ["postgres", "redis", "caddy", "mongodb", "minio"]


def run(bench):
    docker = bench.checks.differences
    bench.checks.differences = differences.PODMAN_COMPOSE
    try:
        catalogue(bench)
        kinds(bench)
        follows(bench)
        if not bench.short and differences.is_version(bench.engine.version):
            refused(bench)
    finally:
        bench.checks.differences = docker


def catalogue(bench):
    stack, templates = "pc-catalogue", SHORT if bench.short else bench.catalogue[::4]
    bench.devarch.change("createStack", name=stack)
    for template in templates:
        bench.devarch.create(stack, template, template)
    project = bench.project(stack, PROGRAM)
    bench.start(project, stack)
    bench.compare(project, stack)
    bench.checks.true(f"{stack} ends", project.down("--volumes"), project.reason())


def create_kinds(bench, stack, name, template, overrides, folder):
    overrides = json.loads(json.dumps(overrides).replace("{folder}", folder).replace("kinds-external", "pc-external"))
    bench.devarch.create(stack, name, template, **overrides)


def templates(bench):
    """The templates of the part `kinds`, under names of their own."""
    for name, image in (("plain", PLAIN_IMAGE), ("rich", RICH_IMAGE), ("once", ONCE_IMAGE)):
        image, tag = image.rsplit(":", 1)
        bench.devarch.change("createTemplate", name=f"pc-{name}", imageName=image, imageTag=tag)
    bench.devarch.change("createTemplate", name="pc-full", **difficult.TEMPLATE)


def without_refused(name, overrides):
    """The same without what podman-compose does not start."""
    kept = copy.deepcopy(overrides)
    if "ports" in kept:
        kept["ports"] = [port for port in kept["ports"] if ":" not in port.get("hostIp", "")]
    if "settings" in kept and "not in the image" in (kept["settings"].get("workingDir") or ""):
        del kept["settings"]["workingDir"]
    for volume in kept.get("volumes", []):
        volume.get("options", {}).get("tmpfs", {}).pop("mode", None)
    if "labels" in kept:
        kept["labels"] = [label for label in kept["labels"] if not label["key"].startswith("$")]
    if "attributes" in kept:
        kept["attributes"] = [one for one in kept["attributes"] if one["name"] != "extra_hosts"]
    return kept


def kinds(bench):
    stack = "pc-kinds"
    templates(bench)
    bench.devarch.change("createStack", name=stack)
    project = bench.project(stack, PROGRAM, **difficult.FROM_THE_SHELL)
    os.makedirs(os.path.join(project.folder, "a folder", "ünï"))
    bench.engine.podman("volume", "create", "pc-external")
    for number, (name, template, overrides) in enumerate(bench.possible(difficult.INSTANCES)):
        if not bench.short or number < 5:
            create_kinds(bench, stack, name, f"pc-{template}", without_refused(name, overrides), project.folder)
    bench.start(project, stack)
    bench.compare(project, stack)
    bench.checks.true(f"{stack} ends", project.down("--volumes"), project.reason())


def follows(bench):
    """A rename, an exchange of names and a copy, as in the part `data`."""
    world = data.World(bench, "pc", "FLAT", PROGRAM)
    stack = world.new_stack()
    for name in ("db", "cache"):
        world.devarch.create(stack, name, "redis")
    world.start(stack, "the first start")
    for old, new in (("db", "tmp"), ("cache", "db"), ("tmp", "cache")):
        world.change("renameInstance", instance=data.by_name(stack, old), name=new)
    world.change("duplicateInstance", instance=data.by_name(stack, "db"))
    world.start(stack, "names were exchanged and one was copied")
    renamed = world.name("renamed")
    world.change("renameStack", stack={"name": stack}, name=renamed)
    world.start(renamed, "a rename of the stack")
    world.end_all()


def refused(bench):
    """What podman-compose is known not to start: once it does, the list is too long."""
    for number, (what, overrides) in enumerate(differences.REFUSED_BY_PODMAN_COMPOSE.items()):
        stack = f"pc-refused-{number}"
        bench.devarch.change("createStack", name=stack)
        bench.devarch.create(stack, "one", "pc-plain", **overrides)
        project = bench.project(stack, PROGRAM)
        bench.render(project, stack)
        project.up()
        state = [container["State"]["Status"] for container in bench.engine.containers(project.name).values()]
        bench.checks.true(f"podman-compose starts {what}: take it off the list", "running" not in state, project.reason())
