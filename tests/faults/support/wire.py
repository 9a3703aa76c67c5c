"""A client of PostgreSQL that sends messages of its protocol as they are, to test a proxy. Without passwords and TLS."""

import socket
import struct


def packed(kind, body):
    return kind + struct.pack(">I", 4 + len(body)) + body


def text(value):
    return value.encode() + b"\0"


def query(sql):
    return packed(b"Q", text(sql))


SYNC = packed(b"S", b"")


def prepare(name, sql):
    return packed(b"P", text(name) + text(sql) + bytes(2)) + packed(b"D", b"S" + text(name)) + SYNC


def execute(*names):
    """Each with values in text format, all before one Sync."""
    parts = [packed(b"B", text("") + text(name) + bytes(6)) + packed(b"E", text("") + bytes(4)) for name in names]
    return b"".join(parts) + SYNC


class Answer:
    """What came until the server was ready: the rows, the code of an error, and the status of the transaction."""

    def __init__(self):
        self.rows, self.code, self.status = [], None, None


class Client:
    def __init__(self, port, user, database):
        self.stream = socket.create_connection(("127.0.0.1", port), 10)
        self.reader = self.stream.makefile("rb")
        body = struct.pack(">I", 3 << 16) + text("user") + text(user) + text("database") + text(database) + b"\0"
        self.stream.sendall(struct.pack(">I", 4 + len(body)) + body)
        self.answer()

    def send(self, messages):
        self.stream.sendall(messages)

    def answer(self):
        answer = Answer()
        while answer.status is None:
            kind, length = struct.unpack(">cI", self.reader.read(5))
            body = self.reader.read(length - 4)
            if kind == b"D":
                answer.rows.append(list(values(body)))
            elif kind == b"E":
                answer.code = next(field[1:].decode() for field in body.split(b"\0") if field[:1] == b"C")
            elif kind == b"Z":
                answer.status = body.decode()
        return answer

    def query(self, sql):
        self.send(query(sql))
        return self.answer()

    def prepare(self, name, sql):
        self.send(prepare(name, sql))
        return self.answer()

    def execute(self, *names):
        self.send(execute(*names))
        return self.answer()


def values(row):
    at = 2
    for _ in range(int.from_bytes(row[:2], "big")):
        length = struct.unpack(">i", row[at : at + 4])[0]
        at += 4
        if length < 0:
            yield None
        else:
            yield row[at : at + length].decode()
            at += length
