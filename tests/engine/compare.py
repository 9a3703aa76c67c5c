"""A running container against the effective configuration of its instance, field by field.

This file compares what the engine says (its Docker-compatible inspection); `process.py` looks at the process itself.
"""

import os
import re

import process
from support import attributes
from support.attributes import as_list, in_bytes, pairs
from support.images import full_name

ALL_ADDRESSES = ("0.0.0.0", "", None)
# What engines add to every environment, and labels of the programs that start containers.
ENGINE_VARIABLES = {"HOSTNAME", "HOME", "TERM", "container", "PATH"}
LABELS_OF_PROGRAMS = ("com.docker.compose.", "io.podman.compose.", "PODMAN_SYSTEMD_UNIT")
# Podman gives these to a container with a read-only file system.
GIVEN_TO_READ_ONLY = ("/tmp", "/var/tmp", "/run", "/dev", "/dev/shm")


def variable_of(instance, key):
    """The variable of a rendered file that stands for a secret."""
    return re.sub(r"[^A-Za-z0-9]", "_", instance).upper() + "__" + re.sub(r"[^A-Za-z0-9_]", "_", key)


class Comparison:
    def __init__(self, checks, instance, container, images, project):
        self.checks, self.where = checks, f"{instance['stack']['name']}/{instance['name']}"
        self.instance, self.wanted = instance, instance["effectiveConfig"]
        joint = "@" if self.wanted["imageTag"].startswith("sha256:") else ":"
        self.image_name = self.wanted["imageName"] + joint + self.wanted["imageTag"]
        self.container, self.image = container, images.get(self.image_name, {})
        self.folder, self.variables, self.hash = project.folder, project.variables, project.hashes.get(instance["name"])
        self.attributes = {one["name"]: one["value"] for one in self.wanted["attributes"]}
        self.config, self.host = container["Config"], container["HostConfig"]

    def same(self, field, expected, seen):
        return self.checks.same(self.where, field, expected, seen)

    def all(self):
        for compare in (
            self.names, self.command, self.environment, self.labels, self.ports, self.mounts, self.health, self.limits,
            self.network, self.further,
        ):  # fmt: skip
            compare()
        if self.container["State"].get("Running"):
            process.compare(self)

    def names(self):
        self.same("container name", self.instance["containerName"], self.container["Name"].lstrip("/"))
        self.same("image", full_name(self.image_name), full_name(self.config["Image"]))

    def own(self, field, key):
        """What the service says, and else what the image says."""
        value = self.wanted[field]
        return value if value is not None else self.image.get(key)

    def command(self):
        wanted = self.wanted
        # With an entrypoint of its own a container does not take the image's command.
        command = self.own("command", "Cmd") if wanted["entrypoint"] is None else wanted["command"]
        self.same("command", command or [], self.config.get("Cmd") or [])
        self.same("entrypoint", self.own("entrypoint", "Entrypoint") or [], as_list(self.config.get("Entrypoint") or []))
        self.same("user", self.own("user", "User") or "", self.config.get("User") or "")
        self.same("working directory", self.own("workingDir", "WorkingDir") or "/", self.config.get("WorkingDir") or "/")
        policy = self.host.get("RestartPolicy") or {}
        times = f":{policy['MaximumRetryCount']}" if policy.get("MaximumRetryCount") else ""
        self.same("restart policy", wanted["restartPolicy"], (policy.get("Name") or "no") + times)

    def variables_wanted(self):
        """Every variable with its value, secrets as they were given to Compose; None where there must be none."""
        wanted = dict(pairs(self.image.get("Env")))
        for variable in self.wanted["envVars"]:
            key, value = variable["key"], variable["value"]
            if variable.get("text") and variable["isSecret"]:  # it contains a secret, and is none itself
                value = re.sub(r"\$\{\{self\.([^}]+)\}\}", self.own_variable, variable["text"])
            elif variable["isSecret"] and variable["isSet"]:
                value = self.variables[variable_of(self.instance["name"], key)]
            elif value is None:  # from the shell
                value = self.variables.get(key)
            wanted[key] = value
        return wanted

    def own_variable(self, reference):
        """What a reference to another variable of the instance stands for."""
        [variable] = [one for one in self.wanted["envVars"] if one["key"] == reference[1]]
        return self.variables[variable_of(self.instance["name"], variable["key"])] if variable["isSecret"] else variable["value"]

    def environment(self):
        wanted, seen = self.variables_wanted(), pairs(self.config.get("Env"))
        for key in sorted(wanted.keys() | seen.keys()):
            if key in wanted or key not in ENGINE_VARIABLES:
                self.same(f"env {key}", wanted.get(key), seen.get(key))

    def labels(self):
        wanted = dict(self.image.get("Labels") or {}, **{one["key"]: one["value"] for one in self.wanted["labels"]})
        wanted.update({"devarch.id": self.instance["id"], "devarch.config_hash": self.hash})
        seen = {key: value for key, value in (self.config.get("Labels") or {}).items() if not key.startswith(LABELS_OF_PROGRAMS)}
        for key in sorted(wanted.keys() | seen.keys()):
            self.same(f"label {key}", wanted.get(key), seen.get(key))

    def ports(self):
        """What was asked for; and where the port of the host is chosen at the start, that one was."""
        if "network_mode" in self.attributes:
            return
        wanted, seen, chosen = [], [], []
        for port in self.wanted["ports"]:
            key = f"{port['containerPort']}/{port['protocol'].lower()}"
            address = "" if port["hostIp"] in ALL_ADDRESSES else port["hostIp"]
            wanted.append((key, address, port["hostPort"] or "chosen"))
            if not port["hostPort"]:
                chosen.append((key, address))
        for key, bindings in (self.host.get("PortBindings") or {}).items():
            for binding in bindings or []:
                address = "" if binding.get("HostIp") in ALL_ADDRESSES else binding["HostIp"]
                number = int(binding["HostPort"] or 0)
                if (key, address) in chosen:  # Podman writes down what it chose
                    chosen.remove((key, address))
                    number = 0
                seen.append((key, address, number or "chosen"))
        self.same("ports", sorted(wanted, key=str), sorted(seen, key=str))
        if self.container["State"].get("Running"):
            published = self.container["NetworkSettings"].get("Ports") or {}
            for key in sorted({key for key, _, _ in wanted}):
                self.same(f"port {key} is published", True, any(int(one.get("HostPort") or 0) for one in published.get(key) or []))

    def volume_name(self, volume):
        """Of the host, of the stack, or of the instance alone."""
        owner = {"STACK": self.instance["stack"], "INSTANCE": self.instance}.get(volume["scope"])
        return f"{owner['storageName']}_{volume['source']}" if owner else volume["source"]

    def path_of_host(self, source):
        if source.startswith("~"):
            return os.path.normpath(source.replace("~", self.folder_of_user(), 1))
        return os.path.normpath(os.path.join(self.folder, source))

    def folder_of_user(self):
        return self.variables.get("HOME", "/root")

    def mounts(self):
        seen = {mount["Destination"]: mount for mount in self.container.get("Mounts") or []}
        for path in self.host.get("Tmpfs") or {}:
            seen.setdefault(path, {"Type": "tmpfs", "RW": True})
        for path in as_list(self.attributes.get("tmpfs") or []):
            seen.pop(path.split(":")[0], None)
        for volume in self.wanted["volumes"]:
            target, kind = "/" + volume["target"].strip("/"), volume["volumeType"].lower()
            mount = seen.pop(target, None)
            self.same(f"mount {target}", kind, mount and mount["Type"])
            if mount is None:
                continue
            if kind != "tmpfs":  # Podman does not tell of these; the process itself is asked below
                self.same(f"mount {target} is read-only", volume["readOnly"], not mount.get("RW", True))
            if kind == "bind":
                self.same(f"mount {target} of", self.path_of_host(volume["source"]), mount["Source"])
            elif kind == "volume" and volume["source"]:
                self.same(f"mount {target} of", self.volume_name(volume), mount.get("Name"))
        given = set(self.image.get("Volumes") or {}) | (set(GIVEN_TO_READ_ONLY) if self.host.get("ReadonlyRootfs") else set())
        self.same("further mounts", [], sorted(set(seen) - given))

    def health(self):
        wanted, seen = self.wanted["healthcheck"], self.config.get("Healthcheck") or {}
        if wanted is None:
            self.same("healthcheck test", (self.image.get("Healthcheck") or {}).get("Test") or [], seen.get("Test") or [])
            return
        self.same("healthcheck test", wanted["test"], seen.get("Test") or [])
        if wanted["test"] == ["NONE"]:
            return
        for field, key in (("intervalSeconds", "Interval"), ("timeoutSeconds", "Timeout"), ("startPeriodSeconds", "StartPeriod")):
            self.same(f"healthcheck {field}", float(wanted[field]), (seen.get(key) or 0) / 1e9)
        # Without retries Compose says nothing, and the engine has its default.
        self.same("healthcheck retries", wanted["retries"] or 3, seen.get("Retries") or 0)

    def limits(self):
        limits = self.wanted["resourceLimits"] or {}
        self.memory = in_bytes(limits["memory"]) if limits.get("memory") else None
        self.cpu = float(limits["cpu"]) if limits.get("cpu") else None
        self.same("memory", self.memory, self.host.get("Memory") or None)
        cpu = None
        if self.host.get("NanoCpus"):
            cpu = self.host["NanoCpus"] / 1e9
        elif (self.host.get("CpuQuota") or 0) > 0:
            cpu = self.host["CpuQuota"] / (self.host.get("CpuPeriod") or 100_000)
        self.same("cpu", self.cpu, cpu)

    def network(self):
        if "network_mode" in self.attributes:
            return
        seen = self.container["NetworkSettings"].get("Networks") or {}
        wanted = {self.network_name(one): one["aliases"] for one in self.wanted["networks"]} or {self.instance["stack"]["networkName"]: []}
        self.same("networks", sorted(wanted), sorted(seen))
        for name, aliases in wanted.items():
            known = (seen.get(name) or {}).get("Aliases") or []
            for alias in [self.instance["name"], *aliases]:
                self.same(f"alias {alias} in {name}", True, alias in known)

    def network_name(self, network):
        """Of the host, the stack's own one, or a further one of the stack."""
        stack = self.instance["stack"]
        if network["isExternal"]:
            return network["name"]
        return stack["networkName"] if network["name"] == "default" else f"devarch-{stack['name']}_{network['name']}"

    def further(self):
        for name, value in self.attributes.items():
            if name in attributes.SEEN:
                expected, seen = attributes.SEEN[name]
                self.same(f"attribute {name}", expected(value), seen(self.container))
            elif name not in attributes.UNSEEN and not name.startswith("x-"):
                self.checks.miss(f"{self.where}: attribute {name}: this suite does not compare it")


def stack(bench, project, name, is_running=None):
    """All instances of a stack against what runs in its project; nothing else may run there. Gives the containers."""
    checks, instances, containers = bench.checks, bench.devarch.instances(name), bench.engine.containers(project.name)
    checks.containers += len(containers)
    for instance in instances.values():
        is_wanted = instance["enabled"] and instance["stack"]["enabled"]
        container = containers.get(instance["containerName"])
        if not checks.true(f"{name}/{instance['name']}: there is {'a' if is_wanted else 'no'} container", is_wanted == bool(container)):
            continue
        if container:
            expected = (is_running or {}).get(instance["name"], "running")
            checks.same(f"{name}/{instance['name']}", "state", expected, container["State"]["Status"])
            Comparison(checks, instance, container, bench.images, project).all()
    strays = sorted(set(containers) - {instance["containerName"] for instance in instances.values()})
    checks.same(name, "containers of no instance", [], strays)
    return {key: containers[one["containerName"]] for key, one in instances.items() if one["containerName"] in containers}
