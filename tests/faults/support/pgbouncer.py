"""A PgBouncer of one's own; of Debian's packages, in a folder of its own, where none is installed that is new enough."""

import fcntl
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from .work import say

# The first version that keeps prepared statements in transaction mode.
OLDEST = (1, 21)
LIMITS = {"max_client_conn": 200, "query_wait_timeout": 10, "server_connect_timeout": 2}


def version(command):
    """The version of a program, or None where it does not run."""
    try:
        told = subprocess.run([*command, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return None
    found = re.search(r"PgBouncer (\d+)\.(\d+)", told)
    return found and (int(found[1]), int(found[2]))


def program():
    """The command that runs PgBouncer; ends the script with a line that tells what to do where there is none."""
    for installed in (shutil.which("pgbouncer"), "/usr/sbin/pgbouncer"):
        if installed and (version([installed]) or (0, 0)) >= OLDEST:
            return [installed]
    # Not the home directory of root, which the user that runs it cannot read.
    cache = "/var/cache" if os.geteuid() == 0 else os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(cache, "devarch-ci", "pgbouncer")
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with open(folder + ".lock", "w") as lock:
        # Faults run at the same time.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return unpacked(folder) or fetched(folder)


def fetched(folder):
    """The command of a program that is fetched."""
    try:
        fetch(folder)
    except (OSError, subprocess.CalledProcessError) as cause:
        say(f"its packages could not be fetched: {(getattr(cause, 'stderr', None) or str(cause)).strip()[-500:]}")
    if found := unpacked(folder):
        return found
    raise SystemExit(f"no PgBouncer {'.'.join(map(str, OLDEST))} or later: install one (Debian: apt-get install pgbouncer)")


def unpacked(folder):
    """What runs the program of this folder with the libraries beside it, or None."""
    programs = glob.glob(os.path.join(folder, "usr", "sbin", "pgbouncer"))
    linkers = glob.glob(os.path.join(folder, "**", "ld-linux*.so.*"), recursive=True)
    libraries = sorted({os.path.dirname(file) for file in glob.glob(os.path.join(folder, "usr", "lib", "*", "*.so.*"))})
    if not programs or not linkers:
        return None
    command = [linkers[0], "--library-path", ":".join(libraries), programs[0]]
    return command if (version(command) or (0, 0)) >= OLDEST else None


def sources():
    """The package sources of this machine, and on Debian those of its newest release, as (address, suite)."""
    form = "$(REPO_URI)|$(CODENAME)|$(ORIGIN)"
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    own = sorted({tuple(line.split("|")) for line in told.splitlines()})
    newest = {(address, "stable") for address, suite, origin in own if origin == "Debian" and "-" not in suite}
    return [(address, suite) for address, suite, _ in own] + sorted(newest)


def fetch(folder):
    """Downloads the packages of PgBouncer and its libraries, and unpacks them; nothing of the system changes."""
    say("no PgBouncer that is new enough: fetching its packages")
    made = folder + f".{os.getpid()}"
    shutil.rmtree(made, ignore_errors=True)
    try:
        for inside in ("lists/partial", "archives/partial", "root"):
            os.makedirs(os.path.join(made, inside))
        keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        signed = f" [signed-by={keys}]" if os.path.exists(keys) else ""
        lists = os.path.join(made, "sources.list")
        with open(lists, "w") as file:
            file.writelines(f"deb{signed} {address} {suite} main\n" for address, suite in sources())
        open(os.path.join(made, "status"), "w").close()
        settings = {
            "Dir::State": made,
            "Dir::State::status": os.path.join(made, "status"),
            "Dir::Cache": made,
            "Dir::Etc::sourcelist": lists,
            "Dir::Etc::sourceparts": "/dev/null",
            "APT::Sandbox::User": "",
        }
        options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]

        def apt(program, *arguments, **more):
            return subprocess.run([program, *options, *arguments], capture_output=True, text=True, check=True, **more).stdout

        apt("apt-get", "update", "-qq")
        without = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]
        needed = apt("apt-cache", "depends", "--recurse", *without, "pgbouncer")
        names = {name for name in re.findall(r"^([a-z0-9][a-z0-9+.-]*)$", needed, re.MULTILINE)}
        libraries = sorted(name for name in names if name.startswith(("lib", "zlib")) and "perl" not in name)
        archives = os.path.join(made, "archives")
        apt("apt-get", "download", "-qq", "pgbouncer", *libraries, cwd=archives)
        for archive in glob.glob(os.path.join(archives, "*.deb")):
            subprocess.run(["dpkg-deb", "-x", archive, os.path.join(made, "root")], check=True, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(os.path.join(made, "root"), folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


class Bouncer:
    """A PgBouncer in front of a server, at a fixed address."""

    def __init__(self, folder, server, mode, prepared, connections):
        self.command, self.folder, self.identity = program(), folder, server.identity
        os.makedirs(folder)
        os.chmod(folder, 0o777)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.file, self.log = os.path.join(folder, "pgbouncer.ini"), os.path.join(folder, "pgbouncer.log")
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": mode,
            "max_prepared_statements": prepared,
            "default_pool_size": connections,
            "logfile": self.log,
            **LIMITS,
        }
        with open(self.file, "w") as file:
            file.write(f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres\n[pgbouncer]\n")
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())
        self.child = None
        self.begin()

    def url(self, url, server):
        """The URL of a database behind it."""
        return url.replace(f":{server.port}/", f":{self.port}/")

    def begin(self):
        self.child = subprocess.Popen(
            [*self.command, self.file],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.identity,
        )
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.child.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PgBouncer did not start, see {self.log}") from None
                time.sleep(0.02)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def reload(self):
        self.child.send_signal(signal.SIGHUP)

    def end(self):
        if self.child and self.child.poll() is None:
            self.kill()
