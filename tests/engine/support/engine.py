"""A podman of our own: its configuration, its storage and its Docker-compatible API, all in the work folder."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import socket
import subprocess
import threading
import time
import urllib.parse

from . import host

CONTAINERS = """
[containers]
# Limits that an unprivileged machine may set.
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
# runc, because crun wants what a sandbox lacks. No static_dir and no lock_type: the program that notices the end of a
# container is not told of them, and a container that ended would stay `stopped`, never `exited`, which Compose waits for.
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{work}/run/libpod"
volume_path = "{work}/volumes"
compose_warning_logs = false
[engine.runtimes]
runc = [{runc}]
[network]
network_backend = "netavark"
network_config_dir = "{work}/networks"
default_subnet = "10.87.0.0/24"
default_subnet_pools = [{{"base" = "10.88.0.0/16", "size" = 24}}]
"""
STORAGE = """
[storage]
driver = "vfs"
graphroot = "{work}/storage"
runroot = "{work}/run/storage"
"""
REGISTRIES = """
unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"
"""


class Api(http.client.HTTPConnection):
    """The Docker-compatible API behind a Unix socket."""

    def __init__(self, path):
        super().__init__("engine", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def get(self, path):
        try:
            self.request("GET", "/v1.41" + path)
            answer = self.getresponse()
            body = answer.read()
        except (http.client.HTTPException, OSError):
            self.close()
            raise
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return json.loads(body)


class Engine:
    def __init__(self, work):
        self.work, self.socket, self.service = work, os.path.join(work, "podman.sock"), None
        os.makedirs(os.path.join(work, "etc"))
        texts = {"containers": CONTAINERS, "storage": STORAGE, "registries": REGISTRIES}
        self.environment = {
            "PATH": host.PATH, "HOME": work, "LANG": "C.UTF-8", "TMPDIR": work,
            "DOCKER_HOST": f"unix://{self.socket}",
            # Where systemd is, its timers would run the healthchecks, outside of our namespaces.
            "DISABLE_HC_SYSTEMD": "true",
        }  # fmt: skip
        runc = ", ".join(json.dumps(path) for path in host.PACKAGES["runc"])
        for name, text in texts.items():
            path = os.path.join(work, "etc", name + ".conf")
            with open(path, "w") as file:
                file.write(text.format(work=work, runc=runc))
            self.environment[f"CONTAINERS_{name.upper()}_CONF" if name != "containers" else "CONTAINERS_CONF"] = path
        self.here = threading.local()
        self.pool = concurrent.futures.ThreadPoolExecutor(4)

    def podman(self, *arguments, check=True, timeout=60, text=True, stdin=None):
        done = subprocess.run(
            ["podman", *arguments], env=self.environment, input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True, text=text, timeout=timeout, cwd=self.work,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"podman {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-500:]}")
        return done

    def start(self):
        """Raises NoEngine where containers cannot run."""
        done = self.podman("info", "--format", "{{.Version.Version}}", check=False, timeout=120)
        if done.returncode:
            raise host.NoEngine(f"podman does not work here: {last_line(done.stderr)}")
        self.version = done.stdout.strip()
        with open(os.path.join(self.work, "podman.log"), "wb") as log:
            command = ["podman", "system", "service", "--time", "0", f"unix://{self.socket}"]
            self.service = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(100):
            with contextlib.suppress(OSError):
                if Api(self.socket).get("/version"):
                    return
            time.sleep(0.1)
        raise host.NoEngine("podman's Docker-compatible API does not answer")

    def close(self):
        if self.service:
            self.service.terminate()
            self.service.wait()

    def load(self, file):
        self.podman("load", "--quiet", "--input", file, timeout=300)

    def try_out(self, image):
        """A container with a network, a port and a limit, as Compose will want it."""
        self.podman("network", "create", "try-out")
        done = self.podman(
            "run", "--rm", "--network", "try-out", "--publish", "127.0.0.1::80", "--memory", "64m", "--entrypoint", "/bin/true", image,
            check=False,
        )  # fmt: skip
        self.podman("network", "rm", "--force", "try-out", check=False)
        if done.returncode:
            raise host.NoEngine(f"containers cannot start here: {last_line(done.stderr)}")

    def get(self, path):
        """Over a connection of this thread."""
        if not hasattr(self.here, "api"):
            self.here.api = Api(self.socket)
        return self.here.api.get(path)

    def containers(self, project=None):
        """What is there, running or not, inspected."""
        filters = {"label": [f"com.docker.compose.project={project}"]} if project else {}
        listed = self.get("/containers/json?" + urllib.parse.urlencode({"all": "true", "filters": json.dumps(filters)}))
        found = self.pool.map(lambda one: self.get(f"/containers/{one['Id']}/json"), listed)
        return {container["Name"].lstrip("/"): container for container in found if container}

    def run_inside(self, container, *command, stdin=None):
        """What a command prints in a container; the reason if it fails."""
        done = self.podman("exec", *(["--interactive"] if stdin else []), container, *command, stdin=stdin, check=False)
        return done.stdout.strip() if done.returncode == 0 else f"ended with {done.returncode}: {last_line(done.stderr)}"

    def who(self, container, *targets):
        """From inside a container: `{"NAME:PORT": (address, answer)}`, with None for what is not found or silent."""
        said = {}
        for line in self.run_inside(container, "/bin/who", *targets).splitlines():
            target, _, rest = line.partition(" ")
            address, _, answer = rest.partition(" ")
            said[target] = (None if address == "none" else address, None if answer == "none" else answer)
        return said

    def check_health(self, names):
        """Runs the healthcheck of each container once; podman leaves that to systemd. Gives what did not succeed."""
        done = self.pool.map(lambda name: (name, self.podman("healthcheck", "run", name, check=False)), names)
        return {name: last_line(run.stdout or run.stderr) for name, run in done if run.returncode}

    @contextlib.contextmanager
    def heartbeat(self, *names):
        """Meanwhile runs the healthchecks of these containers, also when they are made anew."""
        stopped = threading.Event()

        def beat():
            while not stopped.wait(0.7):
                self.check_health(names)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def clear(self):
        """Removes all containers, networks and volumes; images stay."""
        self.podman("rm", "--all", "--force", "--time", "0", timeout=300, check=False)
        self.podman("network", "prune", "--force", check=False)
        self.podman("volume", "rm", "--all", "--force", check=False)


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip() and "level=" not in line] or text.strip().splitlines() or ["no message"]
    return lines[-1][:300]
