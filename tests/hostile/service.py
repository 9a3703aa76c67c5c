"""A service under attack: started, monitored and stopped. Used by attack.py and stop.py; loopback only."""

import contextlib
import json
import os
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse


class Service:
    """The binary on a throwaway database, in a bounded address space."""

    def __init__(self, binary, url=None, arguments=(), limit=4 << 30, catalog=True, keys=None):
        self.folder = tempfile.TemporaryDirectory(prefix="devarch-attack.")
        self.log = os.path.join(self.folder.name, "log")
        url = url or f"sqlite://{self.folder.name}/devarch.db"
        command = [os.path.abspath(binary), "--listen", "127.0.0.1:0", "--database-url", url, *arguments]
        if not catalog:
            command.append("--no-catalog")

        def bound():
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            files = min(16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.command, self.bound, self.stopped = command, bound, None
        self.environment = {**os.environ, **({"DEVARCH_SECRETS_KEY": keys} if keys else {})}
        self.start()

    def start(self):
        """The binary, or the same once more on the same database."""
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                self.command,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=self.bound,
                cwd=self.folder.name,
                env=self.environment,
            )
        self.address = None
        for line in self.child.stdout:
            if told := re.search(rb"http://(127\.0\.0\.1):(\d+)/", line):
                self.address = (told[1].decode(), int(told[2]))
                break
        if self.address is None:
            with open(self.log) as log:
                raise SystemExit(f"the service did not start: {log.read()}")

    def memory(self, which="VmRSS"):
        """KiB of memory now, or the most there ever was (VmHWM)."""
        with open(f"/proc/{self.child.pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith(which + ":")), 0)

    def is_alive(self):
        return self.child.poll() is None

    def connect(self, timeout=30.0, origin="127.0.0.1"):
        stream = socket.create_connection(self.address, timeout, (origin, 0))
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream

    def stop(self):
        """SIGTERM; the exit code and how long it took."""
        started = self.stopped = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        try:
            code = self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = self.child.wait()
        return code, time.monotonic() - started

    def close(self):
        if self.is_alive():
            self.child.kill()
        self.child.wait()
        self.child.stdout.close()
        self.folder.cleanup()


class Answer:
    def __init__(self, status, head, body):
        self.status, self.head, self.body = status, head, body

    def header(self, name):
        found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb":[ \t]*(.*?)\r?$", self.head)
        return found[1].decode() if found else None


class Cut(Exception):
    """The connection ended before a response was complete."""


class Reader:
    """Reads the responses on a connection, one after the other."""

    def __init__(self, stream):
        self.stream, self.rest = stream, b""

    def more(self):
        part = self.stream.recv(65536)
        if not part:
            raise Cut(f"closed after {self.rest[:80]!r}")
        self.rest += part

    def line(self):
        while b"\r\n" not in self.rest:
            self.more()
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line

    def take(self, length):
        parts, missing = [self.rest], length - len(self.rest)
        while missing > 0:
            part = self.stream.recv(min(missing, 1 << 20))
            if not part:
                raise Cut(f"closed, {missing} bytes missing")
            parts.append(part)
            missing -= len(part)
        whole = b"".join(parts)
        body, self.rest = whole[:length], whole[length:]
        return body

    def answer(self):
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        answer = Answer(int(head.split(b" ", 2)[1]), head + b"\r\n", b"")
        if answer.status == 100:
            return self.answer()
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            while size := int(self.line(), 16):
                answer.body += self.take(size)
                self.line()
            self.line()
        else:
            answer.body = self.take(int(answer.header("content-length") or 0))
        return answer


def post(body, headers=(), path="/graphql"):
    """The bytes of a POST; the body may be text that is no JSON at all."""
    if isinstance(body, str):
        body = body.encode()
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def graphql(query, variables=None, headers=()):
    return post(json.dumps({"query": query, "variables": variables or {}}), headers)


def get(query, headers=(), **parameters):
    path = "/graphql?" + urllib.parse.urlencode({"query": query, **parameters})
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def ask(service, request, timeout=30.0):
    """One request on a connection of its own."""
    with contextlib.closing(service.connect(timeout)) as stream:
        stream.sendall(request)
        return Reader(stream).answer()
