"""A PostgreSQL of one's own that is restarted, stopped and killed, and stays at its address."""

import os
import signal
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
    """The cluster of benches/measure, on a port that stays."""

    port = None

    def __init__(self, folder, settings=""):
        self.settings, self.folder = SETTINGS + settings, folder
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
        while any(os.path.exists(f"/proc/{pid}") and clocks.stat(pid)[0] != "Z" for pid in doomed):
            time.sleep(0.005)

    def end(self):
        self.signal(signal.SIGCONT)
        self.run("pg_ctl", "stop", "-m", "immediate", "-w")
