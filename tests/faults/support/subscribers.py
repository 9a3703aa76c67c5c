"""Many subscribers in one process, for the fault `live`: each keeps the cursor of its last event, and comes back with it.

    python3 subscribers.py FILE    # JSON: ports, subscribers, hang_ups (of each subscriber, a second), out

Prints `ready` when all of them are connected. A line on its input means that nothing more is written: it waits until all
of them are connected and no change has come for two seconds, and leaves what each has seen in the file `out`.
"""

import array
import asyncio
import base64
import json
import os
import pickle
import random
import resource
import sys
import time
import urllib.parse

EVENT = (
    "{ __typename ... on ChangeEvent { cursor change { id message } } ... on HeartbeatEvent { cursor } "
    "... on ResyncEvent { cursor reason } }"
)
OF_STACK = f"subscription ($stack: String!, $after: ChangeCursor) {{ stackChanges(stack: {{ name: $stack }}, after: $after) {EVENT} }}"
OF_ALL = f"subscription ($after: ChangeCursor) {{ changes(after: $after) {EVENT} }}"
QUIET, PATIENCE = 2.0, 60.0


def frame(text, opcode=1):
    """A WebSocket frame of a client, whose mask is zero."""
    data = text if isinstance(text, bytes) else text.encode()
    head = bytes([0x80 | opcode])
    if len(data) < 126:
        head += bytes([0x80 | len(data)])
    else:
        head += b"\xfe" + len(data).to_bytes(2, "big")
    return head + bytes(4) + data


class Connection(asyncio.Protocol):
    """One connection of a subscriber."""

    def __init__(self, subscriber):
        self.subscriber, self.buffer, self.body, self.ready = subscriber, bytearray(), bytearray(), False
        self.head, self.reason, self.over = None, "closed", asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.subscriber.opening())

    def connection_lost(self, cause):
        if not self.over.done():
            self.over.set_result(self.reason)

    def end(self, reason):
        self.reason = reason
        self.transport.abort()

    def data_received(self, part):
        at = time.time()
        self.buffer += part
        if self.head is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head = bytes(self.buffer[:end])
            del self.buffer[: end + 4]
            status = int(self.head[9:12])
            if status != (200 if self.subscriber.sse else 101):
                return self.end(f"status {status}")
            if not self.subscriber.sse:
                self.transport.write(frame('{"type":"connection_init"}'))
        try:
            self.stream(at) if self.subscriber.sse else self.frames(at)
        except ValueError as cause:
            self.subscriber.all.wrong.append(f"{cause!r}")
            self.end("not understood")

    def frames(self, at):
        buffer, start = self.buffer, 0
        while len(buffer) - start >= 2 and not self.transport.is_closing():
            length, begin = buffer[start + 1], start + 2
            if length == 126:
                length, begin = int.from_bytes(buffer[start + 2 : start + 4], "big"), start + 4
            elif length == 127:
                length, begin = int.from_bytes(buffer[start + 2 : start + 10], "big"), start + 10
            if len(buffer) < begin + length:
                break
            opcode, data = buffer[start], bytes(buffer[begin : begin + length])
            start = begin + length
            if opcode == 0x81:
                self.message(json.loads(data), at)
            elif opcode == 0x89:
                self.transport.write(frame(data, 10))
            elif opcode == 0x88:
                self.end(f"close {int.from_bytes(data[:2], 'big')}")
            else:
                raise ValueError(f"a frame of {opcode:#x}")
        del buffer[:start]

    def message(self, told, at):
        kind = told["type"]
        if kind == "connection_ack":
            self.transport.write(frame(json.dumps({"id": "1", "type": "subscribe", "payload": self.subscriber.payload()})))
            self.is_ready()
        elif kind == "next":
            self.response(told["payload"], at)
        elif kind == "error":
            code = told["payload"][0].get("extensions", {}).get("code")
            self.end(f"error {code}")
        elif kind == "complete":
            self.end("complete")
        else:
            raise ValueError(f"a message {kind}")

    def stream(self, at):
        if b"\r\ntransfer-encoding: chunked" not in self.head.lower():
            # No stream, but errors.
            return self.end("refused")
        # Chunks of the transfer encoding first, then the events in them.
        while (end := self.buffer.find(b"\r\n")) >= 0:
            size = int(self.buffer[:end], 16)
            if len(self.buffer) < end + 2 + size + 2:
                break
            self.body += self.buffer[end + 2 : end + 2 + size]
            del self.buffer[: end + 2 + size + 2]
        while (end := self.body.find(b"\n\n")) >= 0 and not self.transport.is_closing():
            lines = bytes(self.body[:end]).split(b"\n")
            del self.body[: end + 2]
            fields = dict(line.split(b": ", 1) for line in lines if b": " in line and not line.startswith(b":"))
            if b"retry" in fields:
                self.is_ready()
            elif fields.get(b"event") == b"next":
                self.response(json.loads(fields[b"data"]), at)
            elif b"event: complete" in lines:
                self.end("complete")

    def is_ready(self):
        self.ready = True
        self.subscriber.all.waiting.discard(self.subscriber.number)

    def response(self, response, at):
        event = next(iter((response.get("data") or {}).values()), None)
        if response.get("errors") or not event:
            code = (response.get("errors") or [{}])[0].get("extensions", {}).get("code")
            return self.end(f"event with {code}")
        self.subscriber.event(event, at, self)


class Subscriber:
    """What one page would keep: the cursor of the last event. And what it was sent, for the comparison."""

    def __init__(self, all_, number, wanted):
        self.all, self.number, self.connection = all_, number, None
        self.stack, self.sse, self.key, self.after = wanted["stack"], wanted["sse"], wanted["key"], wanted["after"]
        # Messages, numbers of ids, and times; and where in them the client has begun anew.
        self.messages, self.ids, self.times, self.resyncs = array.array("q"), array.array("l"), array.array("d"), []
        self.drops, self.fresh = {}, False

    def payload(self):
        variables = {"after": self.after} | ({"stack": self.stack} if self.stack else {})
        return {"query": OF_STACK if self.stack else OF_ALL, "variables": variables}

    def opening(self):
        lines = ["Host: 127.0.0.1", f"Authorization: Bearer {self.key}"]
        if not self.sse:
            key = base64.b64encode(os.urandom(16)).decode()
            lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
            lines += ["Sec-WebSocket-Protocol: graphql-transport-ws"]
            return "\r\n".join(["GET /graphql HTTP/1.1", *lines, "", ""]).encode()
        payload = self.payload()
        payload["variables"].pop("after")
        where = urllib.parse.urlencode({"query": payload["query"], "variables": json.dumps(payload["variables"])})
        lines += ["Accept: text/event-stream", f"Last-Event-ID: {self.after}"]
        return "\r\n".join([f"GET /graphql?{where} HTTP/1.1", *lines, "", ""]).encode()

    def event(self, event, at, connection):
        kind = event["__typename"]
        if kind == "ChangeEvent":
            change = event["change"]
            self.messages.append(int(change["message"]))
            self.ids.append(self.all.ids.setdefault(change["id"], len(self.all.ids)))
            self.times.append(at)
            self.all.last = at
        elif kind == "ResyncEvent":
            self.resyncs.append((len(self.messages), event["reason"], at))
            self.fresh = True
            return connection.end(f"resync {event['reason']}")
        self.after = event["cursor"]

    async def run(self):
        pause = 0.02
        while True:
            try:
                port = random.choice(self.all.ports)
                if self.fresh:
                    self.after, self.fresh = await self.read(port), False
                async with self.all.opening:
                    _, self.connection = await asyncio.get_running_loop().create_connection(
                        lambda: Connection(self), "127.0.0.1", port
                    )
                reason = await self.connection.over
                pause = 0.02 if self.connection.ready else pause
            except (OSError, EOFError, ValueError) as cause:
                reason = type(cause).__name__
            self.drops[reason] = self.drops.get(reason, 0) + 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, 0.5)

    async def read(self, port):
        """The fresh read of a page that was told to begin anew."""
        query = f'{{ stack(name: "{self.stack}") {{ changeCursor }} }}' if self.stack else "{ changeCursor }"
        body = json.dumps({"query": query})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {self.key}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = json.loads((await reader.read()).split(b"\r\n\r\n", 1)[1])
        writer.close()
        data = answer.get("data") or {}
        cursor = (data.get("stack") or {}).get("changeCursor") if self.stack else data.get("changeCursor")
        if not cursor:
            raise ValueError("no cursor")
        return cursor


class All:
    """The subscribers of this process."""

    def __init__(self, config):
        self.ports, self.ids, self.wrong, self.last = config["ports"], {}, [], 0.0
        self.subscribers = [Subscriber(self, number, wanted) for number, wanted in enumerate(config["subscribers"])]
        self.waiting, self.hang_ups, self.opening = set(range(len(self.subscribers))), config["hang_ups"], asyncio.Semaphore(32)

    async def run(self):
        tasks = [asyncio.create_task(one.run()) for one in self.subscribers]
        while self.waiting:
            await asyncio.sleep(0.01)
        print("ready", flush=True)
        away = asyncio.create_task(self.hang_up())
        await asyncio.to_thread(sys.stdin.readline)
        away.cancel()
        begun = quiet_since = time.time()
        while time.time() - quiet_since < QUIET and time.time() - begun < PATIENCE:
            await asyncio.sleep(0.05)
            are_all_there = all(one.connection and one.connection.ready and not one.connection.over.done() for one in self.subscribers)
            quiet_since = max(quiet_since, self.last) if are_all_there else time.time()
        for task in tasks:
            task.cancel()

    async def hang_up(self):
        """Some clients go away by themselves."""
        while True:
            await asyncio.sleep(random.expovariate(self.hang_ups * len(self.subscribers)))
            connection = random.choice(self.subscribers).connection
            if connection is not None and connection.ready:
                connection.end("hung up")


def main():
    with open(sys.argv[1]) as file:
        config = json.load(file)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    all_ = All(config)
    asyncio.run(all_.run())
    told = [(one.messages, one.ids, one.times, one.resyncs, one.drops) for one in all_.subscribers]
    with open(config["out"], "wb") as file:
        pickle.dump((told, all_.wrong), file)


if __name__ == "__main__":
    main()
