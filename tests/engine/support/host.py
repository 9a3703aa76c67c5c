"""What the suite needs from the machine: programs from packages, root, and namespaces of its own.

All that is started runs in namespaces of its own for processes, mounts, network, host name and shared memory. When the
first process in there ends, nothing of it is left: no container, no bridge, no rule of the firewall, no port.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time

# Each package with a file that shows that it is there.
PACKAGES = {
    "podman": ["/usr/bin/podman"],
    "runc": ["/usr/sbin/runc", "/usr/bin/runc"],
    "netavark": ["/usr/lib/podman/netavark", "/usr/libexec/podman/netavark"],
    "aardvark-dns": ["/usr/lib/podman/aardvark-dns", "/usr/libexec/podman/aardvark-dns"],
    "busybox-static": [],  # the package busybox has the same file, with shared libraries
    "iptables": ["/usr/sbin/iptables", "/sbin/iptables"],
    "util-linux": ["/usr/bin/setpriv"],
}
COMPOSE_VERSION, PODMAN_COMPOSE_VERSION = "2.40.3", "1.6.0"
# Found here whatever the caller's PATH says.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class NoEngine(Exception):
    """Nothing can be checked here; the text says why, and how to change it."""


def busybox():
    """The path of a busybox without shared libraries."""
    path = shutil.which("busybox", path=PATH)
    if path is None or subprocess.run(["ldd", path], capture_output=True).returncode == 0:
        return None
    return path


def applets(path):
    return [name for name in subprocess.run([path, "--list"], capture_output=True, text=True).stdout.split() if name != "busybox"]


def missing_packages():
    wanted = [name for name, files in PACKAGES.items() if files and not any(map(os.path.exists, files))]
    return wanted if busybox() else [*wanted, "busybox-static"]


def install_packages():
    """Debian and its children: as root, from the package archive of the machine."""
    wanted = missing_packages()
    if not wanted:
        return
    if shutil.which("apt-get") is None:
        raise NoEngine(f"these programs are missing: {', '.join(wanted)}")
    print(f"engine: installing {', '.join(wanted)}", file=sys.stderr)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *wanted]):
        done = subprocess.run(
            ["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
        )
    if left := missing_packages():
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise NoEngine(f"apt-get does not install {', '.join(left)}: {said}")


def become_root():
    """Starts this script again with sudo, where that needs no password; returns only as root."""
    if os.geteuid() == 0:
        return
    if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode:
        raise NoEngine("only root may start containers in a network of their own, and sudo wants a password")
    kept = [f"{name}={os.environ[name]}" for name in ("TMPDIR", "DEVARCH_COMPOSE", "DEVARCH_PODMAN_COMPOSE") if name in os.environ]
    sys.stdout.flush()
    os.execvp("sudo", ["sudo", "-n", "env", *kept, sys.executable, *sys.argv])


def find_compose():
    """Docker Compose and podman-compose: the programs of `.ci/run`. Sets both variables of the environment."""
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "devarch-ci")
    venv = os.path.join(cache, f"compose-{COMPOSE_VERSION}-{PODMAN_COMPOSE_VERSION}")
    programs = {"DEVARCH_COMPOSE": None, "DEVARCH_PODMAN_COMPOSE": os.path.join(venv, "bin", "podman-compose")}
    library = os.path.join(venv, "lib")
    for python in sorted(os.listdir(library)) if os.path.isdir(library) else []:
        programs["DEVARCH_COMPOSE"] = os.path.join(library, python, "site-packages", "compose", "docker-compose")
    for name, cached in programs.items():
        program = os.environ.get(name) or cached
        if program is None or not os.access(program, os.X_OK):
            raise NoEngine(f"a program is missing: `.ci/run` installs Docker Compose and podman-compose, or name it in {name}")
        os.environ[name] = os.path.abspath(program)


# Namespaces of its own for mounts, processes, network, shared memory and host name; they end when this process is killed.
UNSHARE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"]


def try_namespaces():
    command = [*UNSHARE, "sh", "-c", "mount -t tmpfs none /run && mount -t tmpfs none /dev/shm"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NoEngine(f"namespaces of its own are not allowed here: {done.stderr.strip().splitlines()[-1]}")


class Namespaces:
    """A command in namespaces of its own, where nothing outlives it."""

    def __init__(self, command):
        # In a session of its own: an interrupt of the terminal reaches this process only, which ends the other.
        self.process = subprocess.Popen([*UNSHARE, *command], start_new_session=True)

    def wait(self):
        return self.process.wait()

    def end(self):
        """Ends everything inside: the kernel does it together with the first process."""
        if self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
                inside = file.read().split()
            self.process.kill()
            self.process.wait()
            for _ in range(300):
                if not any(os.path.exists(f"/proc/{child}") for child in inside):
                    break
                time.sleep(0.1)


def first_process():
    """The process that calls this is the first of its namespace: it waits for orphans, and a child of it returns from here."""
    child = os.fork()
    if child == 0:
        return
    while True:
        ended, status = os.wait()
        if ended == child:
            os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)


def furnish():
    """Inside: what the engine writes outside of its work folder goes to memory, and the loopback interface is up."""
    for folder in ("/run", "/dev/shm", "/var/lib/containers"):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    os.makedirs("/run/lock", exist_ok=True)
    subprocess.run([busybox(), "ip", "link", "set", "lo", "up"], check=True)
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:  # more to choose from: 30000 and below are for the parts
        file.write("30001 65535")


def remove_cgroups(work):
    """The empty control groups of the containers that were here: nothing else of an engine outlives its namespaces."""
    ids = set()
    for folder, _, files in os.walk(os.path.join(work, "run", "libpod")):
        if "events.log" in files:  # podman's log of all that ever was
            with open(os.path.join(folder, "events.log"), errors="replace") as file:
                ids |= set(re.findall(r"\b[0-9a-f]{64}\b", file.read()))
    for parent in [os.path.join(folder, "libpod_parent") for folder in ("/sys/fs/cgroup", *hierarchies())]:
        if not os.path.isdir(parent):
            continue
        for name in [f"libpod-{one}" for one in ids] + [f"libpod-conmon-{one}" for one in ids]:
            for folder, _, _ in os.walk(os.path.join(parent, name), topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
        for folder in (os.path.join(parent, "conmon"), parent):
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def hierarchies():
    """Of version 1, where each controller has a tree of its own."""
    with contextlib.suppress(OSError):
        return [entry.path for entry in os.scandir("/sys/fs/cgroup") if entry.is_dir()]
    return []


def remove_folder(path):
    """What is inside may be in use for a moment longer than its processes."""
    for _ in range(50):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.exists(path):
            return
        time.sleep(0.1)
    shutil.rmtree(path)


def remove_storage(work):
    """All that is large; what was rendered and printed stays."""
    for name in ("storage", "volumes", "run", "networks", "etc"):
        remove_folder(os.path.join(work, name))
