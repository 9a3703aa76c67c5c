"""A cluster of three PostgreSQL nodes with Patroni, and an etcd."""

import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import guard
import wire
from measure import databases

NODES = 3
TTL, RETRY_TIMEOUT = 20, 5
# Seconds between two rounds of Patroni's own checks; fewer in the short form.
LOOP_WAIT, SHORT_LOOP_WAIT = 5, 2


def loop_wait(short):
    return SHORT_LOOP_WAIT if short else LOOP_WAIT


class Ports:
    """Free ports below those that the system gives to outgoing connections: a killed node gets its own back."""

    def __init__(self):
        self.given = set()

    def free(self):
        while True:
            port = random.randrange(15_000, 32_000)
            if port not in self.given:
                with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
                    self.given.add(port)
                    return port


class Node:
    """One PostgreSQL server and its Patroni. All its processes have a working directory in its folder."""

    def __init__(self, cluster, number):
        self.cluster, self.name = cluster, f"node{number}"
        self.port, self.rest = cluster.ports.free(), cluster.ports.free()
        self.folder = cluster.make_folder(self.name)
        self.data = os.path.join(self.folder, "data")
        self.settings = os.path.join(self.folder, "patroni.json")
        # JSON is YAML.
        with open(self.settings, "w") as file:
            json.dump(self.wanted(), file, indent=2)

    def wanted(self):
        parameters = {
            "max_connections": 200,
            "shared_buffers": "32MB",
            "min_wal_size": "32MB",
            "max_wal_size": "256MB",
            "unix_socket_directories": "",
            # A killed server leaves its shared memory: in its folder, it is removed with it.
            "dynamic_shared_memory_type": "mmap",
            "wal_log_hints": "on",
        }
        everyone = {"username": "postgres"}
        return {
            "scope": "devarch",
            "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.rest}", "connect_address": f"127.0.0.1:{self.rest}"},
            self.cluster.protocol: {"host": f"127.0.0.1:{self.cluster.etcd_port}"},
            "bootstrap": {
                "dcs": {
                    "ttl": TTL,
                    "loop_wait": self.cluster.loop_wait,
                    "retry_timeout": RETRY_TIMEOUT,
                    "synchronous_mode": True,
                    "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": parameters},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "no-sync"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": self.data,
                "bin_dir": self.cluster.programs,
                "pgpass": os.path.join(self.folder, "pgpass"),
                "authentication": {"superuser": everyone, "replication": everyone, "rewind": everyone},
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "basebackup": [{"checkpoint": "fast"}, "no-sync"],
            },
        }

    def start(self):
        self.cluster.spawn([shutil.which("patroni"), self.settings], self.folder, "patroni.log")

    def ask(self, path, method="GET", body=None, seconds=2.0):
        """Asks Patroni; the status (None without an answer) and the text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rest, timeout=seconds)
        try:
            connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as cause:
            return None, repr(cause)
        finally:
            connection.close()

    def processes(self, whose="all"):
        """The processes of the node, or only those of PostgreSQL."""
        return guard.running(self.data if whose == "postgres" else self.folder)

    def kill(self, whose="all"):
        """kill -9, for all of them at once: none has the time to start another."""
        while doomed := self.processes(whose):
            guard.send(doomed, signal.SIGSTOP)
            guard.send(doomed, signal.SIGKILL)
            if whose == "postgres":
                break  # Patroni will start it again

    def freeze(self):
        """Stops them, and what they may just have started."""
        while awake := [pid for pid in self.processes() if guard.state(pid) != "T"]:
            guard.send(awake, signal.SIGSTOP)
            time.sleep(0.01)

    def thaw(self, whose="all"):
        guard.send(self.processes(whose), signal.SIGCONT)


class Cluster:
    """The nodes and the etcd. What is started here is ended by `end`, and by the guard."""

    def __init__(self, folder, short):
        self.folder, self.loop_wait, self.children = folder, loop_wait(short), []
        # The programs may be links into PostgreSQL's own folder, where the others are.
        self.programs = os.path.dirname(os.path.realpath(os.path.join(databases.programs(), "pg_ctl")))
        self.identity, self.protocol = ordinary_user(), etcd_protocol()
        self.ports = Ports()
        self.etcd_port = self.ports.free()
        self.nodes = [Node(self, number + 1) for number in range(NODES)]

    def start(self):
        """Starts everything; the first node leads."""
        self.start_etcd()
        self.nodes[0].start()
        until(60, "the first node does not lead", lambda: self.nodes[0].ask("/primary")[0] == 200)
        for node in self.nodes[1:]:
            node.start()
        self.wait_until_whole()

    def make_folder(self, name):
        folder = os.path.join(self.folder, name)
        os.mkdir(folder, 0o700)
        if self.identity:
            os.chown(folder, self.identity["user"], self.identity["group"])
        return folder

    def spawn(self, command, folder, log):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "PATRONI_", "ETCD"))}
        with open(os.path.join(self.folder, f"{os.path.basename(folder)}-{log}"), "ab") as out:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=folder,
                env=environment | {"HOME": folder},
                start_new_session=True,
                **self.identity,
            )
        self.children.append(child)

    def start_etcd(self):
        folder, peer = self.make_folder("etcd"), f"http://127.0.0.1:{self.ports.free()}"
        client = f"http://127.0.0.1:{self.etcd_port}"
        command = [shutil.which("etcd"), "--name", "one", "--data-dir", os.path.join(folder, "data")]
        command += ["--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer]
        command += ["--initial-advertise-peer-urls", peer, "--initial-cluster", f"one={peer}"]
        if self.protocol == "etcd":
            command.append("--enable-v2=true")
        self.spawn(command, folder, "etcd.log")
        until(20, "etcd is not ready", self.is_etcd_ready)

    def is_etcd_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.etcd_port, timeout=1.0)
        try:
            connection.request("GET", "/health")
            return b"true" in connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def leader(self):
        """The node that leads, or None."""
        return next((node for node in self.nodes if node.ask("/primary")[0] == 200), None)

    def synchronous(self):
        """The standby that confirms every commit, or None."""
        return next((node for node in self.nodes if node.ask("/synchronous")[0] == 200), None)

    def asynchronous(self):
        """The other standby, or None."""
        return next((node for node in self.nodes if node.ask("/asynchronous")[0] == 200), None)

    def mend(self):
        """Starts what was killed; until the cluster is whole."""
        for node in self.nodes:
            if not node.processes():
                node.start()
        self.wait_until_whole()

    def is_whole(self):
        leader = self.leader()
        if not (leader and self.synchronous() and self.asynchronous()):
            return False
        try:
            following = wire.once(leader.port, "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
        except (OSError, wire.Failed):
            return False
        return sorted(row[0] for row in following) == ["async", "sync"]

    def wait_until_whole(self, seconds=90):
        """Until one node leads, one standby is synchronous, and another one follows."""
        until(seconds, "the cluster is not whole", self.is_whole)

    def sql(self, *statements, database="postgres"):
        """Runs statements on the leader, each a transaction of its own."""
        return wire.once(self.leader().port, *statements, database=database)

    def switch(self):
        """Gives the lead to the synchronous standby; returns when Patroni has begun with it."""
        leader, candidate = self.leader(), self.synchronous()
        wanted = {"leader": leader.name, "candidate": candidate.name}
        status, told = leader.ask("/switchover", "POST", wanted, seconds=60.0)
        if status != 200:
            raise RuntimeError(f"no switchover: {status} {told}")

    def url(self, database, attributes, nodes=None):
        """The URL of these nodes (all of them, in their order) for a user without special rights."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes or self.nodes)
        more = f"?target_session_attrs={attributes}" if attributes else ""
        return f"postgres://devarch@{hosts}/{database}{more}"

    def end(self):
        """Kills everything."""
        while left := guard.running(self.folder):
            guard.send(left, signal.SIGKILL)
            time.sleep(0.02)
        guard.remove_shared_memory(self.folder)
        for child in self.children:
            child.wait()


def until(seconds, wrong, holds):
    """Waits until it holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(wrong)
        time.sleep(0.1)


def etcd_protocol():
    """Patroni's name for etcd's newer protocol, or for the older one where Patroni is older than 3.0.3.

    With the newer protocol, such a Patroni overwrites the key of the new leader after a pause, and what was acknowledged
    meanwhile is lost (Patroni's pull request 2689).
    """
    told = subprocess.run([shutil.which("patroni"), "--version"], capture_output=True, text=True).stdout
    version = re.search(r"(\d+)\.(\d+)\.(\d+)", told)
    return "etcd" if version and tuple(map(int, version.groups())) < (3, 0, 3) else "etcd3"


def ordinary_user():
    """PostgreSQL refuses to run as root: then everything of the cluster runs as an ordinary user."""
    if os.geteuid() != 0:
        return {}
    import pwd

    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    owner = names.get("postgres") or names["nobody"]
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
