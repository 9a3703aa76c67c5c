"""A client of PostgreSQL's protocol with as much as the probe and the preparation need: text queries, without a password."""

import socket
import struct


class Failed(Exception):
    """The server has reported an error."""


class Connection:
    """A connection to one server. `seconds` bounds each wait for the server."""

    def __init__(self, port, user="postgres", database="postgres", seconds=60.0):
        self.stream = socket.create_connection(("127.0.0.1", port), min(seconds, 5.0))
        self.stream.settimeout(seconds)
        try:
            given = f"user\0{user}\0database\0{database}\0application_name\0probe\0\0".encode()
            self.stream.sendall(struct.pack("!II", 8 + len(given), 196608) + given)
            self.finish()
        except BaseException:
            self.close()
            raise

    def sql(self, statement):
        """Runs it; the rows as lists of text."""
        given = statement.encode() + b"\0"
        self.stream.sendall(b"Q" + struct.pack("!I", 4 + len(given)) + given)
        return self.finish()

    def finish(self):
        """Reads until the server waits for the next statement."""
        rows, failed = [], None
        while True:
            kind, size = struct.unpack("!cI", self.take(5))
            body = self.take(size - 4)
            if kind == b"E":
                fields = dict((field[:1], field[1:].decode()) for field in body.split(b"\0") if field)
                failed = Failed(f"{fields.get(b'C')}: {fields.get(b'M')}")
                if fields.get(b"V") in ("FATAL", "PANIC"):
                    raise failed
            elif kind == b"R" and struct.unpack("!I", body[:4])[0] != 0:
                raise Failed("the server asks for a password")
            elif kind == b"D":
                rows.append(columns(body))
            elif kind == b"Z":
                if failed:
                    raise failed
                return rows

    def take(self, size):
        got = bytearray()
        while len(got) < size:
            part = self.stream.recv(size - len(got))
            if not part:
                raise ConnectionResetError("the server has closed the connection")
            got += part
        return bytes(got)

    def close(self):
        self.stream.close()


def columns(body):
    """The values of a row."""
    count, at, row = struct.unpack("!H", body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack("!i", body[at : at + 4])[0]
        at += 4
        row.append(None if size < 0 else body[at : at + size].decode())
        at += max(size, 0)
    return row


def once(port, *statements, database="postgres"):
    """Runs statements on a connection of their own; the rows of the last one."""
    connection = Connection(port, database=database)
    try:
        return [connection.sql(statement) for statement in statements][-1]
    finally:
        connection.close()
