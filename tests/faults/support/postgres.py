"""A private PostgreSQL server that can be restarted, stopped and killed, always at the same address."""

import contextlib
import os
import signal
import tempfile
import time

from measure import clocks, databases

# As it would be run: every commit reaches the disk.
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
fsync = on
synchronous_commit = on
wal_level = replica
max_wal_senders = 4
"""


class Server(databases.Cluster):
    """The cluster of benches/measure, on a fixed port."""

    port = None

    def __init__(self, folder, environment=None):
        self.settings, self.folder, self.environment = SETTINGS, folder, environment or {}
        super().__init__(folder)
        self.port = self.url_.port

    def start(self, folder):
        if self.port is None:
            return super().start(folder)
        self.begin()
        return self.port

    def begin(self):
        """Starts it again at its address; when this returns, it takes connections."""
        done = self.run("pg_ctl", "start", "-w", "-t", "60", "-o", f"-p {self.port}", "-l", os.path.join(self.folder, "server.log"))
        if done.returncode:
            raise SystemExit(f"PostgreSQL did not start again: {done.stdout}")
        self.wait()

    def wait(self, seconds=60):
        """Until it takes connections: after a crash it repairs itself first, and pg_ctl does not always wait for that."""
        until = time.monotonic() + seconds
        while True:
            try:
                self.sql(None, "select 1")
                return
            except SystemExit:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def revive(self):
        """Starts it again where it has ended itself; else waits until it has repaired itself."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.run("pg_ctl", "status").returncode:
                self.begin()
                return
            try:
                self.wait(1)
                return
            except SystemExit:
                continue
        raise SystemExit("PostgreSQL did not come back")

    def halt(self, mode="fast"):
        self.run("pg_ctl", "stop", "-m", mode, "-w")

    def restart(self):
        self.halt()
        self.begin()

    def processes(self):
        """The postmaster and all that it has started."""
        try:
            with open(os.path.join(self.data, "postmaster.pid")) as file:
                postmaster = int(file.readline())
        except (OSError, ValueError):
            return []
        children = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
        return [postmaster, *(child for child in children if clocks.parent(child) == postmaster)]

    def signal(self, what):
        for pid in self.processes():
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                pass

    def kill(self):
        """kill -9 for every process of it at once, as when the machine dies; nothing of it is left."""
        doomed = self.processes()
        # The first one first, and all of them before it is reaped: none starts another.
        self.signal(signal.SIGKILL)
        until = time.monotonic() + 5
        while any(is_running(pid) for pid in doomed) and time.monotonic() < until:
            time.sleep(0.005)
        # Without a parent that reaps them at once, the process id of a dead server looks like that of a running one.
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(self.data, "postmaster.pid"))

    def end(self):
        self.signal(signal.SIGCONT)
        self.run("pg_ctl", "stop", "-m", "immediate", "-w")


class Standby(Server):
    """A server that follows another one."""

    def __init__(self, folder, primary):
        self.primary, folder = primary, tempfile.mkdtemp(prefix="standby.", dir=folder)
        os.chmod(folder, 0o755)
        super().__init__(folder)

    def make(self, folder):
        if self.identity:
            os.chown(folder, self.identity["user"], self.identity["group"])
        address = ["-h", "127.0.0.1", "-p", str(self.primary.port), "-U", "postgres"]
        made = self.run("pg_basebackup", *address, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        if made.returncode:
            raise SystemExit(f"pg_basebackup failed: {made.stdout}")
        # It has the primary's settings; promoted, it follows no primary and waits for no standby.
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a") as file:
            file.write("synchronous_standby_names = ''\n")

    def promote(self):
        done = self.run("pg_ctl", "promote", "-w")
        if done.returncode:
            raise SystemExit(f"it was not promoted: {done.stdout}")
        self.wait()


def is_running(pid):
    fields = clocks.stat(pid)
    return fields is not None and fields[0] != "Z"
