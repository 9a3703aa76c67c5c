"""A proxy between the service and its database that simulates network faults."""

import contextlib
import selectors
import socket
import struct
import threading
import time


class Proxy(threading.Thread):
    """Passes bytes on, or as `mode` says: `drop` (nothing comes through, nothing is closed), `refuse` (no new connections,
    old ones are closed), `reset`, `delay` (each piece comes `seconds` later), `cut` (each connection ends after `bytes`)."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target, self.mode, self.seconds, self.bytes = ("127.0.0.1", port), "pass", 0.0, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.pairs, self.lock, self.over = set(), threading.Lock(), False
        self.start()

    def run(self):
        while not self.over:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "refuse":
                client.close()
                continue
            if self.mode == "reset":
                reset(client)
                continue
            if self.mode == "drop":
                # The handshake is the system's; nothing else is answered.
                with self.lock:
                    self.pairs.add((client, None))
                continue
            server = connected(client, self.target)
            if server is None:
                continue
            pair = (client, server)
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self.serve, args=(pair,), daemon=True).start()

    def serve(self, pair):
        selector = selectors.DefaultSelector()
        waiting, passed = [], 0
        for one, other in (pair, pair[::-1]):
            selector.register(one, selectors.EVENT_READ, other)
        try:
            while True:
                due = waiting[0][0] - time.monotonic() if waiting else 0.05
                for key, _ in selector.select(max(0.0, min(due, 0.05))):
                    if self.mode == "drop":
                        time.sleep(0.01)
                        continue  # it stays where it is, like what a network has lost and will bring later
                    part = key.fileobj.recv(65536)
                    if not part:
                        return
                    if self.mode == "cut":
                        passed += len(part)
                        if passed > self.bytes:
                            key.data.sendall(part[: max(0, len(part) - (passed - self.bytes))])
                            return
                    waiting.append((time.monotonic() + (self.seconds if self.mode == "delay" else 0.0), key.data, part))
                while waiting and waiting[0][0] <= time.monotonic() and self.mode != "drop":
                    _, to, part = waiting.pop(0)
                    to.sendall(part)
        except OSError:
            pass
        finally:
            self.end(pair)

    def end(self, pair, how=lambda one: one.close()):
        with self.lock:
            self.pairs.discard(pair)
        for one in pair:
            if one is not None:
                with contextlib.suppress(OSError):
                    how(one)

    def become(self, mode, **how):
        self.seconds, self.bytes = how.get("seconds", 0.0), how.get("bytes", 0)
        self.mode = mode
        if mode in ("refuse", "reset"):
            for pair in list(self.pairs):
                self.end(pair, reset if mode == "reset" else shut)

    def forget(self):
        """What was taken while nothing came through never had another side: now it is told."""
        for pair in list(self.pairs):
            if pair[1] is None:
                self.end(pair, reset)

    def close(self):
        self.over = True
        self.listener.close()
        for pair in list(self.pairs):
            self.end(pair, shut)


def connected(client, target):
    """A connection to the server for this client's; none, and the client's is closed, if there is no server."""
    try:
        server = socket.create_connection(target)
    except OSError:
        client.close()
        return None
    for one in (client, server):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def shut(stream):
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)
    stream.close()


def reset(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RD)
    stream.close()
