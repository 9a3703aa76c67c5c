"""Checks the checks: whatever is changed in the expectation of a running container has to be a mismatch."""

import copy
import os
import re

import compare
import data
from support import compose
from support.checks import Checks

STACK = "control"
FILE = {"filePath": "/etc/control.conf", "content": "content\n", "fileMode": "0640"}
OVERRIDES = {
    "ports": [{"containerPort": 8080, "hostPort": 22380}],
    "volumes": [{"volumeType": "VOLUME", "source": "data", "target": "/data"}, {"volumeType": "BIND", "source": "/etc", "target": "/host"}],
    "envVars": [{"key": "KEY", "value": "value"}, {"key": "SECRET", "value": "value", "isSecret": True}],
    "labels": [{"key": "key", "value": "value"}],
    "healthcheck": {"test": ["CMD", "true"], "intervalSeconds": 7},
    "configFiles": [FILE],
    "resourceLimits": {"cpu": "0.5", "memory": "64m"},
    "attributes": [{"name": "cap_add", "value": ["SYS_PTRACE"]}],
    "networks": [{"name": "default"}, {"name": "back", "aliases": ["alias"]}],
    "settings": {"command": ["argument"], "user": "app", "workingDir": "/tmp"},
}  # fmt: skip


def change(path, value):
    """Changes one value of an instance, at a path of keys."""

    def apply(instance):
        *path_to, last = path
        for key in path_to:
            instance = instance[key]
        instance[last] = value

    return apply


def of_config(*path, value):
    return change(["effectiveConfig", *path], value)


# What is changed in the expectation, each by itself.
CHANGES = {
    "container name": change(["containerName"], "other"),
    "global id": change(["id"], "other"),
    "name": change(["name"], "other"),
    "name of the network": change(["stack", "networkName"], "other"),
    "storage name": change(["storageName"], "other"),
    "image": of_config("imageName", value="other"),
    "tag": of_config("imageTag", value="2"),
    "command": of_config("command", value=["argument", ""]),
    "entrypoint": of_config("entrypoint", value=["/bin/sh"]),
    "user": of_config("user", value="nobody"),
    "directory": of_config("workingDir", value="/tmp/"),
    "restart policy": of_config("restartPolicy", value="always"),
    "port of the host": of_config("ports", 0, "hostPort", value=22381),
    "port of the container": of_config("ports", 0, "containerPort", value=8081),
    "protocol": of_config("ports", 0, "protocol", value="UDP"),
    "address": of_config("ports", 0, "hostIp", value="127.0.0.1"),
    "ports": of_config("ports", value=[]),
    "target of a mount": of_config("volumes", 0, "target", value="/other"),
    "source of a volume": of_config("volumes", 0, "source", value="other"),
    "read-only volume": of_config("volumes", 0, "readOnly", value=True),
    "type of a mount": of_config("volumes", 0, "volumeType", value="TMPFS"),
    "volume of the host": of_config("volumes", 0, "scope", value="HOST"),
    "volume of the stack": of_config("volumes", 0, "scope", value="STACK"),
    "source of a bind": of_config("volumes", 1, "source", value="/usr"),
    "mounts": of_config("volumes", value=[]),
    "variable": of_config("envVars", value=[{"key": "KEY", "value": "value ", "isSecret": False, "isSet": True}]),
    "one variable more": of_config("envVars", value=[{"key": "MORE", "value": "", "isSecret": False, "isSet": True}]),
    "no variables": of_config("envVars", value=[]),
    "label": of_config("labels", value=[{"key": "key", "value": "Value"}]),
    "healthcheck": of_config("healthcheck", "test", value=["CMD", "true", "false"]),
    "interval": of_config("healthcheck", "intervalSeconds", value=8),
    "timeout": of_config("healthcheck", "timeoutSeconds", value=8),
    "retries": of_config("healthcheck", "retries", value=1),
    "start period": of_config("healthcheck", "startPeriodSeconds", value=1),
    "no healthcheck": of_config("healthcheck", value=None),
    "path of a file": of_config("configFiles", 0, "filePath", value="/etc/other.conf"),
    "content of a file": of_config("configFiles", 0, "content", value="content"),
    "mode of a file": of_config("configFiles", 0, "fileMode", value="0644"),
    "network": of_config("networks", 0, "name", value="front"),
    "network of the host": of_config("networks", 0, "isExternal", value=True),
    "alias": of_config("networks", 0, "aliases", value=["other"]),
    "no networks": of_config("networks", value=[]),
    "memory": of_config("resourceLimits", "memory", value="65m"),
    "cpu": of_config("resourceLimits", "cpu", value="0.6"),
    "no limits": of_config("resourceLimits", value=None),
    "attribute": of_config("attributes", 0, "value", value=["SYS_ADMIN"]),
    "one attribute more": of_config("attributes", value=[{"name": "read_only", "value": True}]),
}


def run(bench):
    bench.devarch.change("createStack", name=STACK)
    template = dict(name="control", imageName="localhost/plain", imageTag="1")
    bench.devarch.change("createTemplate", **template)
    bench.devarch.create(STACK, "one", "control", **OVERRIDES)
    project = bench.project(STACK)
    if not bench.start(project, STACK):
        return
    containers = bench.compare(project, STACK)
    instance = bench.devarch.instances(STACK)["one"]
    for name, apply in CHANGES.items():
        changed = copy.deepcopy(instance)
        apply(changed)
        bench.checks.true(f"a changed {name} is no mismatch", mismatches(bench, project, changed, containers["one"]))
    project.hashes["one"] = "0" * 32
    bench.checks.true("another hash of the configuration is no mismatch", mismatches(bench, project, instance, containers["one"]))
    elsewhere = dict(containers["one"], Mounts=[])
    bench.checks.true("missing mounts are no mismatch", mismatches(bench, project, instance, elsewhere))
    forgets(bench)


class Forgetful(data.World):
    """Leaves out the names of volumes, so that Compose calls them after stack and instance."""

    def render(self, project, stack):
        super().render(project, stack)
        path = os.path.join(project.folder, compose.MAIN)
        with open(path) as file:
            text, number = re.subn(r"^(  [\w.-]+:)\n    name: .*_\w+$", r"\1 {}", file.read(), flags=re.MULTILINE)
        self.bench.checks.true("names of volumes are left out", number)
        with open(path, "w") as file:
            file.write(text)


def forgets(bench):
    """Without names of volumes that stay, each change of names is found by the part `data`."""
    world = Forgetful(bench, "forgetful", "FLAT")
    world.checks = Checks(quiet=True)
    stack = world.new_stack()
    for name in ("a", "b"):
        world.devarch.create(stack, name, "redis")
    world.start(stack, "the first start")
    bench.checks.same(stack, "mismatches before any change", [], world.checks.mismatches)
    for old, new in (("a", "c"), ("b", "a"), ("c", "b")):
        world.change("renameInstance", instance=data.by_name(stack, old), name=new)
    world.start(stack, "names were exchanged")
    bench.checks.same(stack, "mismatches after an exchange of names", 2, len(world.checks.mismatches))
    renamed = world.name("renamed")
    world.change("renameStack", stack={"name": stack}, name=renamed)
    world.start(renamed, "a rename of the stack")
    bench.checks.same(stack, "mismatches after a rename of the stack", 4, len(world.checks.mismatches))
    world.end_all()


def mismatches(bench, project, instance, container):
    """With all expected differences, so that these hide nothing."""
    checks = Checks(bench.checks.differences, quiet=True)
    try:
        compare.Comparison(checks, instance, container, bench.images, project).all()
    except KeyError as error:  # a secret whose name nobody gave
        return [f"{error}"]
    return checks.mismatches
