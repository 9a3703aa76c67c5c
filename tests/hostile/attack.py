#!/usr/bin/env python3
"""Attacks a devarch binary, and reports whether it withstood.

    cargo build --release
    tests/hostile/attack.py target/release/devarch                       # SQLite
    tests/hostile/attack.py target/release/devarch --database-url URL    # an empty PostgreSQL database

Python's standard library only; Linux, because it reads /proc; loopback only; about five minutes. The service runs in an
address space of 4 GiB (`ulimit -v`), and beside every attack another client asks a query, again and again. Fails when a
goal is missed: no death, no answer later than 1 s, no 5xx other than 503 with Retry-After, no refusal above 64 KiB,
memory growth below 64 MiB, and the other client's 99th percentile below 1 s.
"""

import argparse
import contextlib
import json
import multiprocessing
import re
import resource
import sys
import threading
import time

from floods import ATTACKERS, attacks
from documents import requests
from service import Cut, Reader, Service, ask, graphql

MOST_MEMORY, MOST_REFUSAL, MOST_SECONDS = 64 << 10, 64 << 10, 1.0  # KiB, bytes, seconds


class Tally:
    """The results of an attack."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answers = self.late = self.errors = self.overloads = self.cut = self.refusal = 0
        self.slowest, self.missed = (0.0, ""), []

    def ask(self, service, request, name="", origin=ATTACKERS):
        started = time.monotonic()
        try:
            with contextlib.closing(service.connect(origin=origin)) as stream:
                # What is refused early need not be taken whole.
                with contextlib.suppress(OSError):
                    stream.sendall(request)
                answer = Reader(stream).answer()
        except (Cut, OSError, ValueError):
            with self.lock:
                self.cut += 1
            return None
        took = time.monotonic() - started
        with self.lock:
            self.answers += 1
            if not name.startswith("waits: "):
                self.slowest = max(self.slowest, (took, name))
            if took > MOST_SECONDS and not name.startswith("waits: "):
                self.late += 1
                self.missed.append(f"{name}: {took:.1f} s")
            if answer.status >= 400 or b'{"errors"' in answer.body[:12]:
                self.refusal = max(self.refusal, len(answer.body))
        self.note_status(answer.status, answer.header("retry-after") is not None, name)
        return answer

    def note_status(self, status, may_retry, name=""):
        with self.lock:
            if status == 503 and may_retry:
                self.overloads += 1
            elif status >= 500:
                self.errors += 1
                self.missed.append(f"{name}: {status}")

    def expect(self, what, true):
        if not true:
            self.missed.append(f"not true: {what}")


def bystander(address, headers, stop, out):
    """Sends a query again and again, alternately on a persistent connection and on new ones."""
    query, times, busy, failed = graphql("{ stacks { totalCount nodes { name } } }", headers=headers), [], 0, 0
    service = Service.__new__(Service)
    service.address = address
    kept = None
    while not stop.is_set():
        started = time.monotonic()
        try:
            if kept is None:
                kept = service.connect()
            stream = kept if len(times) % 2 else service.connect()
            stream.sendall(query)
            answer = Reader(stream).answer()
            if stream is not kept:
                stream.close()
            busy += answer.status == 503
            failed += answer.status not in (200, 503)
        except (Cut, OSError):
            # A persistent connection may be closed; the client then tries again on a new one.
            failed += stream is not kept
            kept = None
        times.append(time.monotonic() - started)
        time.sleep(0.01)
    out.put((sorted(times), busy, failed))


class Watch:
    """Measures the other client and the service's memory during an attack."""

    def __init__(self, service, headers=()):
        self.service, self.stop, self.out = service, multiprocessing.Event(), multiprocessing.Queue()
        arguments = (service.address, headers, self.stop, self.out)
        self.process = multiprocessing.Process(target=bystander, args=arguments)

    def __enter__(self):
        # The peak of memory is measured from here on.
        with contextlib.suppress(OSError), open(f"/proc/{self.service.child.pid}/clear_refs", "w") as refs:
            refs.write("5")
        self.before = self.service.memory()
        self.process.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.times, self.busy, self.failed = self.out.get(timeout=60)
        self.process.join()
        self.peak = self.service.memory("VmHWM") if self.service.is_alive() else 0

    def p99(self):
        return self.times[int(len(self.times) * 0.99)] if self.times else 0.0


def every_request(service, tally):
    for name, request in requests():
        for _ in range(2):
            tally.ask(service, request, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--database-url", help="an empty database; without it an SQLite file")
    parser.add_argument("--only", default="", help="only attacks whose name matches this pattern")
    parser.add_argument("--show", action="store_true", help="show the service's log at the end")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16384, hard), hard))

    service, missed = Service(options.binary, options.database_url), []
    with contextlib.closing(service):
        token = json.loads(
            ask(service, graphql('mutation { createApiKey(input: { name: "attack", role: ADMIN }) { token } }')).body
        )["data"]["createApiKey"]["token"]
        # A real service requires a key; these attackers have one.
        key = [f"Authorization: Bearer {token}"]
        with_key(service, key[0])
        for n in range(30):
            ask(service, graphql(f'mutation {{ createStack(input: {{ name: "stack-{n}" }}) {{ stack {{ id }} }} }}', headers=key))
        page = ask(service, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").body
        asset = re.search(rb"/?assets/(entry-[A-Z0-9]+\.js)", page)[1]
        for _ in range(200):
            ask(service, graphql("{ stacks { totalCount nodes { name } } }", headers=key))
        start = service.memory()
        print(f"{'attack':32} {'answers':>7} {'503':>6} {'5xx':>4} {'cut':>5} {'>1 s':>4} {'slowest':>8} "
              f"{'refusal':>8} {'memory MiB':>18} {'other client p99':>16} {'503':>4} {'failed':>6}")
        for name, attack in {"every request, twice": every_request, **attacks(asset)}.items():
            if not re.search(options.only, name):
                continue
            tally = Tally()
            with Watch(service, key) as watch:
                attack(service, tally)
            if not service.is_alive():
                missed.append(f"{name}: the service died")
                print(f"{name:32} DEAD, exit code {service.child.returncode}")
                break
            growth, left = watch.peak - start, service.memory() - start
            print(f"{name:32} {tally.answers:7} {tally.overloads:6} {tally.errors:4} {tally.cut:5} {tally.late:4} "
                  f"{tally.slowest[0]:6.3f} s {tally.refusal:8} {growth / 1024:7.1f} {left / 1024:5.1f} left "
                  f"{watch.p99():14.3f} s {watch.busy:4} {watch.failed:6}", flush=True)
            missed += [f"{name}: {what}" for what in tally.missed]
            for what, most, is_ in (("refusal", MOST_REFUSAL, tally.refusal), ("memory KiB", MOST_MEMORY, growth), ("p99 s", MOST_SECONDS, watch.p99())):
                if is_ > most:
                    missed.append(f"{name}: {what} {is_:.3f}")
            if watch.failed:
                missed.append(f"{name}: the other client failed {watch.failed} times")
        if service.is_alive():
            code, seconds = service.stop()
            print(f"stopped with {code} after {seconds:.1f} s; {start / 1024:.1f} MiB before the attacks")
            missed += [f"exit code {code}"] if code else []
        if options.show:
            with open(service.log) as log:
                print(log.read()[-20_000:])
        else:
            with open(service.log) as log:
                told = [line for line in log if "ERROR" in line or "panicked" in line]
            print(f"errors in the log: {len(told)}", *told[:5], sep="\n")
    print("MISSED:" if missed else "every goal is reached", *missed[:60], sep="\n  ")
    return 1 if missed else 0


def with_key(service, line):
    """Attackers show the key from now on, unless they show one of their own or send no HTTP that has a place for it."""
    import floods
    import documents

    def keyed(request):
        if isinstance(request, bytes) and b"\r\nHost: " in request[:90_000] and b"Authorization: " not in request:
            head, rest = request.split(b"\r\nHost: ", 1)
            return head + b"\r\n" + line.encode() + b"\r\nHost: " + rest
        return request

    ask_, opened_ = Tally.ask, floods.opened
    Tally.ask = lambda self, service, request, name="", **more: ask_(self, service, keyed(request), name, **more)
    floods.opened = lambda service, number, sent=b"", buffer=None: opened_(service, number, keyed(sent), buffer)
    floods.FINE = keyed(floods.FINE)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.exit(main())
