#!/usr/bin/env python3
"""Stops a devarch binary under load, again and again, and counts requests that were taken and not answered.

    tests/hostile/stop.py target/release/devarch --rounds 100                      # SQLite
    tests/hostile/stop.py target/release/devarch --rounds 30 --database-url URL    # an empty PostgreSQL database

Each round: the service starts, clients ask (queries and changes, on connections that they keep and on new ones), SIGTERM
comes at a moment of chance. A connection that is made after the signal may be refused or reset: between the last one that is
taken and the end of the listening socket the system takes some by itself. Kept connections that are closed between two
requests are counted apart. Changes that were acknowledged are looked for after the next start. Fails unless every request
on a connection from before the signal was answered, the service ended with 0 and within 25 s, and nothing acknowledged is
lost.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import threading
import time

from service import Cut, Reader, Service, ask, graphql


class Client(threading.Thread):
    def __init__(self, service, round_, number):
        super().__init__()
        self.service, self.number, self.name_ = service, number, f"r{round_}-c{number}"
        self.answered, self.failed, self.raced, self.late, self.made = 0, [], 0, 0, []
        self.keeps = number % 2 == 0

    def run(self):
        stream, count = None, 0
        while True:
            fresh = stream is None
            if fresh:
                try:
                    stream = self.service.connect(30)
                except OSError:
                    return  # the door is closed
                connected = time.monotonic()
            name = f"{self.name_}-{count}"
            count += 1
            changes = self.number % 4 < 2
            query = "mutation ($n: String!) { createStack(input: { name: $n }) { stack { name } userErrors { code } } }"
            request = graphql(query, {"n": name}) if changes else graphql("{ stacks(first: 100) { totalCount nodes { name description } } }")
            sent = False
            try:
                stream.sendall(request)
                sent = True
                answer = Reader(stream).answer()
            except (Cut, OSError) as cause:
                stopped = self.service.stopped
                if fresh and stopped is not None and connected >= stopped:
                    self.late += 1
                elif fresh and sent:
                    self.failed.append(f"{name}: {cause!r}")
                else:
                    self.raced += 1
                stream.close()
                stream = None
                continue
            self.answered += 1
            if answer.status != 200 or b'"errors"' in answer.body:
                self.failed.append(f"{name}: {answer.status} {answer.body[:200]!r}")
            elif changes:
                self.made.append(name)
            if not self.keeps or (answer.header("connection") or "").lower() == "close":
                stream.close()
                stream = None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--database-url", help="an empty database; without it an SQLite file")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    # One key for all rounds: each has a folder of its own.
    keys = subprocess.run([options.binary, "secrets", "new-key"], check=True, capture_output=True, text=True).stdout.strip()
    missed, answered, raced, late, slowest, made = [], 0, 0, 0, 0.0, 0
    for round_ in range(options.rounds):
        with contextlib.closing(Service(options.binary, options.database_url, catalog=False, keys=keys)) as service:
            before = total(service)
            clients = [Client(service, round_, number) for number in range(options.clients)]
            for client in clients:
                client.start()
            time.sleep(random.uniform(0.05, 0.6))
            code, seconds = service.stop()
            for client in clients:
                client.join()
                answered += client.answered
                raced += client.raced
                late += client.late
                missed += [f"round {round_}: {failure}" for failure in client.failed]
            names = [name for client in clients for name in client.made]
            made += len(names)
            slowest = max(slowest, seconds)
            if code or seconds > 25:
                missed.append(f"round {round_}: exit code {code} after {seconds:.1f} s")
            # What was acknowledged is there: the same database again.
            service.child.stdout.close()
            service.start()
            found = total(service) - before
            if found < len(names):
                missed.append(f"round {round_}: {len(names)} changes were acknowledged, {found} are there")
            service.stop()
    print(f"{options.rounds} rounds: {answered} requests answered, {made} changes, {raced} kept connections closed between "
          f"requests, {late} new ones reset after the signal, slowest stop {slowest:.2f} s, failed {len(missed)}")
    print(*missed[:30], sep="\n  ")
    return 1 if missed else 0


def total(service):
    return json.loads(ask(service, graphql("{ stacks { totalCount } }")).body)["data"]["stacks"]["totalCount"]


if __name__ == "__main__":
    sys.exit(main())
