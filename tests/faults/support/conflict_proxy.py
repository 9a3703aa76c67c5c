"""A proxy to PostgreSQL that answers statements at random with a conflict, as an engine does that spreads over machines.

It speaks version 3 of the protocol, without TLS and without COPY. It passes on one batch at a time (a simple query, or the
messages until Sync), and the next one after the server has said that it is ready. So the status of the transaction is always
known. Each query, each Parse and each Execute of a statement that an engine can refuse is refused with the probability `share`:

- Instead of its message the server gets a statement that fails. The server itself then ends the transaction or sets it to
  failed, skips what follows until Sync, and reports the status. Only its error is replaced.
- For a refused COMMIT the server rolls back afterwards, so that the connection is outside of a transaction.
- Some refused statements are run first: the client gets some of their rows and then the error. The failing statement follows in
  the same batch, so that the server undoes what they have done.

BEGIN, ROLLBACK, SAVEPOINT, SET, LISTEN and the like are never refused: they read and write nothing. Nor is the block with which
the service tests whether a connection is in a transaction. In a failed transaction the server itself refuses.
"""

import collections
import contextlib
import random
import re
import select
import socket
import struct
import threading

from .proxy import connected, shut

# What is sent to the server in place of a refused statement. Its error has the name in it.
MARK = b"injected_conflict"
FAILING = b"SELECT " + MARK
CONFLICTS = {
    "40001": "could not serialize access due to concurrent update",
    "40P01": "deadlock detected",
}
NEVER_REFUSED = {
    *("BEGIN", "START", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "SET", "RESET", "SHOW"),
    *("LISTEN", "UNLISTEN", "DISCARD", "DEALLOCATE", ""),
}
TEST_OF_TRANSACTION = re.compile(rb"\s*DO\s+\$\$\s*BEGIN\s+COMMIT;\s*END\s*\$\$\s*;?\s*", re.IGNORECASE)
COMMENTS = re.compile(rb"(\s*(/\*.*?\*/|--[^\n]*))*", re.DOTALL)
COMMIT = re.compile(rb"\s*(COMMIT|END)(\s+(WORK|TRANSACTION))?\s*;?\s*", re.IGNORECASE)
BLOCK = re.compile(rb"\s*(BEGIN|START TRANSACTION)[^;]*;\s*\S", re.IGNORECASE)
# Codes of the first message: for TLS, for encryption with GSSAPI, and to cancel a statement.
TLS, GSSAPI, CANCEL = 80877103, 80877104, 80877102
# Of the refused executions, as many are refused after they were run.
LATE = 0.25
ROWS = (0, 1, 3)

IN_TRANSACTION, AT_COMMIT, OUTSIDE = "in a transaction", "at COMMIT", "outside"


class ConflictProxy(threading.Thread):
    """Listens, and has a thread for each connection. `share` can be changed at any time."""

    def __init__(self, port, share=0.0, seed=None):
        super().__init__(daemon=True)
        self.target, self.share, self.seed = ("127.0.0.1", port), share, random.randrange(1 << 32) if seed is None else seed
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.lock, self.over, self.connections, self.number = threading.Lock(), False, set(), 0
        # What could have been refused, what was, by place, by kind, by code, and by text.
        self.seen, self.refused = 0, collections.Counter()
        self.kinds, self.codes, self.texts = collections.Counter(), collections.Counter(), collections.Counter()
        self.start()

    def run(self):
        while not self.over:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = connected(client, self.target)
            if server is None:
                continue
            self.number += 1
            connection = Connection(self, client, server, random.Random(f"{self.seed} {self.number}"))
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            connection.serve()
        except (OSError, EOFError, ValueError):
            pass  # one of the two has gone
        finally:
            with self.lock:
                self.connections.discard(connection)
            connection.end()

    def count(self, refusal):
        with self.lock:
            self.refused[refusal.place] += 1
            self.kinds[refusal.kind] += 1
            self.codes[refusal.code] += 1
            self.texts[refusal.place, told(refusal.sql)] += 1

    def total(self):
        with self.lock:
            return sum(self.refused.values())

    def close(self):
        self.over = True
        shut(self.listener)
        with self.lock:
            connections = list(self.connections)
        for connection in connections:
            connection.end()


class Refusal:
    """A refusal that was sent to the server, whose error is on its way."""

    def __init__(self, sql, place, kind, code):
        self.sql, self.place, self.kind, self.code = sql, place, kind, code
        # Of a statement that was run first: how many answers precede its own, and how many of its rows are passed on.
        self.after, self.rows = None, 0


class Connection:
    """A client's connection and its connection to the server."""

    def __init__(self, proxy, client, server, source):
        self.proxy, self.client, self.server, self.random = proxy, client, server, source
        self.from_client, self.from_server, self.to_server = bytearray(), bytearray(), bytearray()
        self.status, self.is_quiet, self.rolls_back = b"I", False, False
        self.statements, self.portals = {}, {}
        self.refusal, self.executed, self.completed = None, 0, 0

    def end(self):
        for one in (self.client, self.server):
            with contextlib.suppress(OSError):
                shut(one)

    # Reading and writing

    def flush(self):
        if self.to_server:
            self.server.sendall(self.to_server)
            self.to_server.clear()

    def wait(self):
        """Until something came from either side."""
        self.flush()
        waiting = select.poll()
        for one in (self.client, self.server):
            waiting.register(one, select.POLLIN)
        for number, _ in waiting.poll():
            is_client = number == self.client.fileno()
            part = (self.client if is_client else self.server).recv(65536)
            if not part:
                raise EOFError
            (self.from_client if is_client else self.from_server).extend(part)

    def message(self):
        """The client's next message. What the server says meanwhile is passed on."""
        while True:
            if len(self.from_client) >= 5:
                length = 1 + int.from_bytes(self.from_client[1:5], "big")
                if len(self.from_client) >= length:
                    whole = bytes(self.from_client[:length])
                    del self.from_client[:length]
                    return whole[:1], whole
            self.wait()
            self.pass_on()

    def until_ready(self):
        """Passes on what the server says until it is ready for the next batch."""
        while not self.pass_on():
            self.wait()
        self.refusal, self.executed, self.completed = None, 0, 0

    # From the server to the client

    def pass_on(self):
        """Passes on the complete messages; whether the server is ready for the next batch."""
        data, at, out, is_ready = self.from_server, 0, bytearray(), False
        while len(data) - at >= 5:
            end = at + 1 + int.from_bytes(data[at + 1 : at + 5], "big")
            if len(data) < end:
                break
            kind, whole = bytes(data[at : at + 1]), bytes(data[at:end])
            at = end
            if kind == b"Z":
                if self.rolls_back:
                    # The refused COMMIT has left a failed transaction.
                    self.rolls_back, self.is_quiet = False, True
                    self.server.sendall(packed(b"Q", b"ROLLBACK\0"))
                    continue
                self.status, self.is_quiet, is_ready = whole[5:6], False, True
            elif self.is_quiet and kind in b"CEN":
                continue
            elif kind == b"E" and self.refusal and MARK in whole:
                whole = error(self.refusal.code)
                self.rolls_back = self.refusal.place == AT_COMMIT
                self.proxy.count(self.refusal)
                self.refusal.after = None
            elif kind in b"DCsI" and not self.is_passed_on(kind):
                continue
            out += whole
        del data[:at]
        if out:
            self.client.sendall(out)
        return is_ready

    def is_passed_on(self, kind):
        """Whether a row, or the end of a statement, comes before the error."""
        is_held = self.refusal and self.refusal.after == self.completed
        if kind == b"D" and is_held:
            self.refusal.rows -= 1
            return self.refusal.rows >= 0
        if kind != b"D" and not is_held:
            self.completed += 1
        return not is_held

    # From the client to the server

    def serve(self):
        if not self.begin():
            return
        while True:
            kind, whole = self.message()
            if kind == b"Q":
                self.to_server += self.simple(whole)
                self.until_ready()
            elif kind in b"SF":
                self.to_server += whole
                self.until_ready()
            elif kind == b"X":
                self.server.sendall(bytes(self.to_server) + whole)
                return
            else:
                self.to_server += self.extended(kind, whole)

    def begin(self):
        """Until the client is let in, which is never refused. Not for a connection that only cancels a statement."""
        while True:
            while len(self.from_client) < 8 or len(self.from_client) < int.from_bytes(self.from_client[:4], "big"):
                self.wait()
            length, code = struct.unpack(">II", self.from_client[:8])
            first = bytes(self.from_client[:length])
            del self.from_client[:length]
            if code not in (TLS, GSSAPI):
                break
            self.client.sendall(b"N")
        self.server.sendall(first)
        if code == CANCEL:
            self.server.recv(1)
            return False
        while not self.pass_on():
            self.wait()
            if self.from_client and self.from_client[:1] == b"p":
                self.to_server += self.message()[1]
        return True

    def simple(self, whole):
        sql = whole[5:-1]
        refusal = self.refuse(sql, "query")
        if refusal is None:
            return whole
        self.refusal = refusal
        opening = BLOCK.match(sql)
        if opening and self.random.random() < 0.5:
            # A statement within the block fails, and its transaction stays open.
            return packed(b"Q", sql[: sql.index(b";") + 1] + FAILING + b"\0")
        return packed(b"Q", FAILING + b"\0")

    def extended(self, kind, whole):
        """What is sent for a message: itself, a failing statement, or both."""
        sql = None
        if kind == b"P":
            name, sql, _ = whole[5:].split(b"\0", 2)
            self.statements[name] = sql
        elif kind == b"B":
            portal, name, _ = whole[5:].split(b"\0", 2)
            self.portals[portal] = self.statements.get(name, b"")
        elif kind == b"E":
            sql = self.portals.get(whole[5:].split(b"\0", 1)[0], b"")
            self.executed += 1
        refusal = None if sql is None or self.refusal else self.refuse(sql, "parse" if kind == b"P" else "execute")
        if refusal is None:
            return whole
        self.refusal = refusal
        # Under a name, because a nameless one would replace the client's.
        failing = packed(b"P", MARK + b"\0" + FAILING + b"\0\0\0")
        if kind == b"E" and refusal.place != AT_COMMIT and self.random.random() < LATE:
            refusal.kind, refusal.after, refusal.rows = "execute, after it was run", self.executed - 1, self.random.choice(ROWS)
            return whole + failing
        return failing

    def refuse(self, sql, kind):
        """Decides whether a statement is refused, and how."""
        if self.status == b"E" or is_left_alone(sql):
            return None
        place = OUTSIDE if self.status == b"I" else IN_TRANSACTION
        if COMMIT.fullmatch(sql):
            if place == OUTSIDE or kind == "parse":
                return None
            place = AT_COMMIT
        with self.proxy.lock:
            self.proxy.seen += 1
        if self.random.random() >= self.proxy.share:
            return None
        code = "40001" if place == AT_COMMIT or self.random.random() < 0.7 else "40P01"
        return Refusal(sql, place, kind, code)


def is_left_alone(sql):
    if TEST_OF_TRANSACTION.fullmatch(sql):
        return True
    sql = sql[COMMENTS.match(sql).end() :]
    words = re.findall(rb"[A-Za-z]+", sql[:200])
    first = words[0].decode().upper() if words else ""
    return first in NEVER_REFUSED and not BLOCK.match(sql)


def packed(kind, body):
    return kind + struct.pack(">I", 4 + len(body)) + body


def error(code):
    fields = {"S": "ERROR", "V": "ERROR", "C": code, "M": CONFLICTS[code]}
    return packed(b"E", b"".join(f"{key}{value}\0".encode() for key, value in fields.items()) + b"\0")


def told(sql):
    """The beginning of a statement, on one line."""
    return " ".join(sql.decode(errors="replace").split())[:160]
