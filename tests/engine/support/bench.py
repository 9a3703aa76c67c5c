"""What every part works with: the service, the engine with its images, the checks, and projects that are started."""

import os
import urllib.request

import compare
import differences

from . import host, images
from .checks import Checks
from .compose import Project
from .devarch import DevArch
from .engine import Engine

RICH_IMAGE, PLAIN_IMAGE, ONCE_IMAGE = "localhost/rich:1", "localhost/plain:1", "localhost/once:1"


class Bench:
    def __init__(self, binary, work, short):
        self.binary, self.work, self.short = os.path.abspath(binary), work, short
        self.checks = Checks(differences.DOCKER_COMPOSE)
        self.engine = Engine(work)
        self.engine.start()
        self.devarch = DevArch(binary)
        try:
            self.load_images()
            self.engine.try_out(PLAIN_IMAGE)
        except BaseException:
            self.close()
            raise

    def load_images(self):
        templates = self.devarch.templates()
        self.catalogue = sorted(template["name"] for template in templates)
        programs = {program for template in templates for program in images.programs_of(template["healthcheck"])}
        shell = host.busybox()
        content = images.layer(shell, host.applets(shell), programs)
        stand_in = ["/bin/stand-in", "8080"]
        self.images = {
            **images.of_templates(templates),
            PLAIN_IMAGE: dict(images.OWN, Entrypoint=stand_in),
            RICH_IMAGE: dict(images.RICH, Entrypoint=stand_in),
            ONCE_IMAGE: dict(images.OWN, Entrypoint=["/bin/once"]),
        }
        file = os.path.join(self.work, "images.tar")
        images.archive(file, content, self.images)
        self.engine.load(file)
        os.remove(file)

    def possible(self, instances):
        """Of difficult instances what this machine can start."""
        if os.path.exists("/proc/net/if_inet6"):
            return instances
        print("NOT CHECKED: ports on addresses of IPv6, because this machine has none")
        without = []
        for name, template, overrides in instances:
            ports = [port for port in overrides.get("ports", []) if ":" not in port.get("hostIp", "")]
            without.append((name, template, {**overrides, **({"ports": ports} if ports else {})}))
        return without

    def close(self):
        self.devarch.close()
        self.engine.close()

    def project(self, stack, program="DEVARCH_COMPOSE", **variables):
        return Project(self.engine, os.path.join(self.work, "stacks", stack), program, variables)

    def render(self, project, stack, mode="FLAT", reveal=False):
        """Writes the files of a stack; secrets are written out, or given to Compose. Gives the warnings."""
        rendered = self.devarch.render(stack, mode, reveal)
        for instance in self.devarch.instances(stack).values():
            for variable in instance["effectiveConfig"]["envVars"]:
                if variable["isSecret"] and variable["isSet"]:
                    name = compare.variable_of(instance["name"], variable["key"])
                    if reveal:
                        project.variables[name] = self.devarch.secret(stack, instance["name"], variable["key"])
                    else:
                        project.variables[name] = f"the \"secret\" {name} of '{stack}', $HOME ${{it}} é"
        project.write(rendered)
        return rendered["warnings"]

    def start(self, project, stack, mode="FLAT", reveal=False):
        """Renders and starts a stack."""
        self.render(project, stack, mode, reveal)
        return self.checks.true(f"{stack} starts ({mode.lower()})", project.up(), project.reason())

    def ask_port(self, address, port):
        """Who answers at a port of the host."""
        try:
            with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as answer:
                return answer.read().decode().strip()
        except OSError as error:
            return f"{error}"

    def compare(self, project, stack, **more):
        return compare.stack(self, project, stack, **more)
