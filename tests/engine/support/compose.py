"""Docker Compose or podman-compose in a folder of one stack."""

import os
import re
import subprocess
import time

MAIN, OVERRIDE = "compose.yaml", "compose.override.yaml"


class Project:
    """The folder where a stack's files are put and started."""

    def __init__(self, engine, folder, program="DEVARCH_COMPOSE", variables=None):
        self.engine, self.folder, self.variables = engine, folder, dict(variables or {})
        self.command = [os.environ[program]]
        self.is_podman = program == "DEVARCH_PODMAN_COMPOSE"
        self.output = ""
        os.makedirs(folder, exist_ok=True)

    def write(self, rendered):
        """The rendered files in place of the former ones."""
        for name, text in ((MAIN, rendered["text"]), (OVERRIDE, rendered["override"])):
            path = os.path.join(self.folder, name)
            if text is not None:
                with open(path, "w", newline="", encoding="utf-8") as file:
                    file.write(text)
            elif os.path.exists(path):
                os.remove(path)
        self.hashes = {service["instance"]: service["configHash"] for service in rendered["services"]}
        self.name = re.search(r"^name: *[\"']?([\w.-]+)", rendered["text"], re.MULTILINE)[1]

    def run(self, *arguments, timeout=400):
        """Whether it succeeded; what it printed is in `output`."""
        environment = {**self.engine.environment, "COMPOSE_ANSI": "never", "COMPOSE_PROGRESS": "plain", **self.variables}
        if self.is_podman:  # it asks podman itself, not the API
            environment.pop("DOCKER_HOST")
        start = time.monotonic()
        done = subprocess.run(
            self.command + list(arguments), cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout,
        )  # fmt: skip
        self.output = done.stdout
        with open(os.path.join(self.folder, "output.log"), "a") as log:
            log.write(f"$ {' '.join(arguments)}\n{done.stdout}\nended with {done.returncode} after {time.monotonic() - start:.1f} s\n")
        return done.returncode == 0

    def up(self):
        """As docs/compose.md says it."""
        pull = [] if self.is_podman else ["--pull", "never"]
        for _ in range(3):
            if self.run("up", "--detach", "--remove-orphans", *pull):
                return True
            # Podman chooses a free port of the host when it makes a container, and takes it when it starts it: another one
            # may have taken it meanwhile. A port that the file names is taken the next time as well.
            if "address already in use" not in self.output:
                return False
        return False

    def down(self, *arguments):
        return self.run("--project-name", self.name, "down", "--timeout", "1", "--remove-orphans", *arguments)

    def reason(self):
        """The last thing that it said."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1][-400:] if lines else "nothing was printed"
