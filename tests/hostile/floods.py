"""Attacks with many requests or many connections. Each takes a service and a Tally, and ends by itself."""

import contextlib
import selectors
import socket
import struct
import threading
import time

from documents import documents
from service import Cut, Reader, ask, graphql, post

# Attackers have an address of their own, so that the other client is not counted among them.
ATTACKERS, GUESSERS = "127.0.0.2", "127.0.0.3"
FINE = graphql("{ __typename }")


def opened(service, number, sent=b"", buffer=None):
    """This many connections with some bytes sent on each, without those that were refused."""
    streams = []
    for _ in range(number):
        try:
            stream = socket.socket()
            if buffer:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            stream.settimeout(5)
            stream.bind((ATTACKERS, 0))
            stream.connect(service.address)
            stream.sendall(sent)
            streams.append(stream)
        except OSError:
            stream.close()
    return streams


def closed(streams, abruptly=False):
    for stream in streams:
        if abruptly:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()


def trickled(streams, piece, seconds):
    """Sends a piece on each connection, again and again."""
    end = time.monotonic() + seconds
    while streams and time.monotonic() < end:
        for stream in list(streams):
            try:
                stream.setblocking(False)
                stream.send(piece)
            except BlockingIOError:
                pass
            except OSError:
                streams.remove(stream)
                stream.close()
        time.sleep(0.2)


def each(service, tally, requests, workers=8, origin=ATTACKERS):
    """Requests on several connections concurrently; records each response."""
    requests, lock = iter(requests), threading.Lock()

    def work():
        while True:
            with lock:
                request = next(requests, None)
            if request is None:
                return
            tally.ask(service, request, origin=origin)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def idle(service, tally):
    streams = opened(service, 6_000)
    time.sleep(3)
    closed(streams)


def idle_after_long_heads(service, tally):
    """Connections that have sent a long request, and are idle."""
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 60_000 + b"\r\n\r\n"
    streams = opened(service, 3_000, head)
    time.sleep(3)
    closed(streams)


def half_heads(service, tally):
    streams = opened(service, 4_000, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 60_000)
    time.sleep(3)
    closed(streams)


def slow_heads(service, tally):
    streams = opened(service, 2_000, b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    trickled(streams, b"X: y\r\n", 13)
    tally.expect("slow heads are cut off", not streams)
    closed(streams)


def slow_bodies(service, tally):
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
    streams = opened(service, 5_000, head + b"{" + b" " * 15_000)
    trickled(streams, b" ", 5)
    closed(streams)


def half_bodies(service, tally):
    """Many clients that send as much of a body as is accepted."""
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n"
    streams = opened(service, 400, head + b" " * 1_000_000)
    time.sleep(3)
    closed(streams)


def unread(request, number):
    def attack(service, tally):
        streams = opened(service, number, request, 4_096)
        time.sleep(4)
        closed(streams, abruptly=True)

    return attack


def half_closed(service, tally):
    """Clients that close their sending side before the response."""
    for _ in range(300):
        with contextlib.closing(service.connect()) as stream:
            stream.sendall(FINE)
            stream.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                while stream.recv(65_536):
                    pass


def gone(service, tally):
    """Clients that disconnect before the response."""
    for _ in range(20):
        heavy = graphql("{ __schema { types { fields { name description } } } }")
        closed(opened(service, 100, heavy), abruptly=True)


def churn(service, tally):
    for _ in range(60):
        closed(opened(service, 100), abruptly=True)


def pipelined(service, tally):
    number = 2_000
    with contextlib.closing(service.connect()) as stream:
        sender = threading.Thread(target=lambda: stream.sendall(FINE * number))
        sender.start()
        reader = Reader(stream)
        right = sum(reader.answer().status == 200 for _ in range(number))
        sender.join()
    tally.expect("pipelined requests are all answered", right == number)


def smuggled(service, tally):
    """Request smuggling: a second request hidden in the first must not be answered separately."""
    inside = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    body = b"0\r\n\r\n" + inside
    start = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    both = start + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(body) + body
    for request in (both, both.replace(b"chunked", b"xchunked"), both.replace(b"chunked", b"chunked\r\nTransfer-Encoding: identity")):
        with contextlib.closing(service.connect(5)) as stream:
            stream.sendall(request)
            reader, answers = Reader(stream), []
            with contextlib.suppress(Cut, OSError):
                while True:
                    answers.append(reader.answer())
            tally.expect("length and chunks end the connection", len(answers) <= 1)


def distinct_documents(service, tally):
    each(service, tally, (graphql(f"query Q{n} {{ a{n}: __typename {'id: __typename ' * 1} }}") for n in range(15_000)))


def long_distinct_documents(service, tally):
    fields = " ".join(f"f{n}: nodes(ids: []) {{ id }}" for n in range(39))
    each(service, tally, (graphql(f"query R{n} {{ {fields} }} #{'x' * 20_000}") for n in range(1_500)))


def long_names(service, tally):
    each(service, tally, (graphql(f"query L{n}{'N' * 2_000} {{ __typename }}") for n in range(1_500)))
    names = ask(service, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").body
    tally.expect("metrics stay small", len(names) < 100_000)


def wrong_keys(service, tally):
    key = "devarch_" + "A" * 48
    each(service, tally, (post('{"query":"{__typename}"}', [f"Authorization: Bearer {key}{n}"]) for n in range(6_000)), origin=GUESSERS)


def overload(service, tally):
    """More concurrent requests than are accepted: each gets a response, at least 503."""
    heavy = graphql("{ __schema { types { name description fields { name description type { name } } } } }")
    streams = opened(service, 700, heavy)
    selector, waiting, end = selectors.DefaultSelector(), {}, time.monotonic() + 60
    for stream in streams:
        waiting[stream] = b""
        selector.register(stream, selectors.EVENT_READ)
    while waiting and time.monotonic() < end:
        for key, _ in selector.select(1):
            part = key.fileobj.recv(1 << 20)
            waiting[key.fileobj] += part[: 4_096 - len(waiting[key.fileobj])] if len(waiting[key.fileobj]) < 4_096 else b""
            if not part or b"\r\n\r\n" in waiting[key.fileobj]:
                head = waiting.pop(key.fileobj)
                selector.unregister(key.fileobj)
                status = int(head.split(b" ", 2)[1]) if head else 0
                tally.note_status(status, b"retry-after" in head.lower())
    tally.expect("everybody is answered", not waiting)
    closed(streams, abruptly=True)


def all_documents_at_once(service, tally):
    each(service, tally, [graphql(document) for _, document in documents()] * 2, workers=32)


ASSET = b"GET /assets/%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
BIG = graphql("{ __schema { types { name description fields { name description type { name } args { name description } } } } }")


def attacks(asset):
    return {
        "documents, 32 at once": all_documents_at_once,
        "distinct documents": distinct_documents,
        "long distinct documents": long_distinct_documents,
        "long operation names": long_names,
        "wrong keys": wrong_keys,
        "pipelining": pipelined,
        "smuggling": smuggled,
        "half-closed": half_closed,
        "clients that go away": gone,
        "connections made and reset": churn,
        "6,000 idle connections": idle,
        "3,000 idle after 60 kB heads": idle_after_long_heads,
        "4,000 half heads of 60 kB": half_heads,
        "2,000 slow heads": slow_heads,
        "5,000 slow bodies": slow_bodies,
        "400 half bodies of 1 MB": half_bodies,
        "2,000 unread answers": unread(BIG, 2_000),
        "1,000 unread packed answers": unread(BIG.replace(b"\r\n", b"\r\nAccept-Encoding: gzip\r\n", 1), 1_000),
        "3,000 unread schemas": unread(b"GET /schema.graphql HTTP/1.1\r\nHost: localhost\r\n\r\n", 3_000),
        "2,000 unread pages": unread(ASSET % asset, 2_000),
        "more requests than are taken": overload,
    }
