"""A service that can be killed and started again at the same address, and is monitored from outside."""

import http.client
import json
import os
import signal
import socket
import threading
import time

import service as attack


class Devarch(attack.Service):
    """The service of tests/hostile, at a fixed address."""

    def __init__(self, binary, url, keys, log, environment=None, arguments=(), catalog=True):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.more, self.log_file = environment or {}, log
        super().__init__(binary, url, ["--log", "warn", *arguments], catalog=catalog, keys=keys)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Starts it, and gives the seconds until it is ready."""
        begun = time.monotonic()
        self.log = self.log_file
        kept = {key: value for key, value in self.environment.items() if not key.startswith(("DEVARCH_", "OTEL_", "PG"))}
        kept["DEVARCH_SECRETS_KEY"] = self.environment["DEVARCH_SECRETS_KEY"]
        for key in ("DATABASE_URL", "RUST_LOG"):
            kept.pop(key, None)
        self.environment = {**kept, **self.more}
        self.command[self.command.index("--listen") + 1] = f"127.0.0.1:{self.port}"
        super().start()
        while not self.is_ready():
            if time.monotonic() - begun > 30:
                raise SystemExit("the service is not ready after 30 s")
            time.sleep(0.005)
        return time.monotonic() - begun

    def get(self, path, timeout=10.0):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, query, timeout=10.0):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("POST", "/graphql", json.dumps({"query": query}), {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def is_ready(self):
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def kill(self):
        """kill -9, and nothing of it is left."""
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()

    def signal(self, what):
        self.child.send_signal(what)

    def memory_mib(self):
        return self.memory() / 1024

    def close(self):
        if self.is_alive():
            self.child.send_signal(signal.SIGCONT)
            self.child.kill()
        self.child.wait()
        self.child.stdout.close()
        self.folder.cleanup()


class Watch(threading.Thread):
    """Asks whether the service is ready, and reads, many times a second; remembers when what was answered."""

    QUERY = "{ stacks(first: 5) { nodes { name description } } }"

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.over, self.ready, self.reads = service, threading.Event(), [], []
        self.start()

    def run(self):
        while not self.over.is_set():
            begun = time.time()
            try:
                status = self.service.get("/readyz")[0]
            except (OSError, http.client.HTTPException):
                status = None
            self.ready.append((begun, time.time() - begun, status))
            begun = time.time()
            try:
                answer = self.service.ask(self.QUERY)
                is_good = "errors" not in answer
            except (OSError, http.client.HTTPException, ValueError):
                is_good = None
            self.reads.append((begun, time.time() - begun, is_good))
            self.over.wait(0.05)

    def stop(self):
        self.over.set()
        self.join()
        return self

    def slowest(self):
        return max((took for _, took, _ in self.ready + self.reads), default=0.0)

    def unready_between(self, since, until):
        return [status for begun, took, status in self.ready if since <= begun and begun + took <= until]

    def ready_again(self, since):
        """Seconds after `since` until it said that it is ready."""
        return next((begun + took - since for begun, took, status in self.ready if begun >= since and status == 200), None)


def exists(pid):
    return os.path.exists(f"/proc/{pid}")
