"""SIGTERM under load: running requests are answered, and the service ends in time with exit code 0."""

import os
import random
import re
import subprocess
import sys
import time

from support.work import Fault

STOP_UNDER_LOAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile", "stop.py")


def run(work):
    # Counting what was cut off needs a client that knows when its connection was made: tests/hostile has it.
    command = [sys.executable, STOP_UNDER_LOAD, work.binary, "--rounds", str(work.times)]
    if work.engine == "postgres":
        command += ["--database-url", work.database()]
    done = subprocess.run(command, capture_output=True, text=True)
    told = re.search(r"(\d+) requests answered, (\d+) changes, .*slowest stop ([0-9.]+) s, failed (\d+)", done.stdout)
    if not told:
        raise RuntimeError(done.stdout + done.stderr)
    work.add("requests", int(told[1]))
    work.add("failed in flight", int(told[4]))
    work.most("exit", float(told[3]), 25)
    for line in filter(None, map(str.strip, done.stdout.splitlines()[1:])):
        work.miss(line)
    # The same with the books: what was acknowledged before it ended is there.
    service = work.service(work.database())
    for number in range(max(1, work.times // 5)):
        if number % 20 == 0:
            ledger = work.books(service)
        writing = ledger.run(1.2)
        time.sleep(random.uniform(0.2, 0.8))
        code, seconds = service.stop()
        work.most("exit", seconds, 25)
        if code:
            work.miss(f"exit code {code}")
        service.child.stdout.close()
        service.start()
        work.settle(writing, slowest=30)
        work.compare(ledger, service)


FAULTS = [
    Fault("sigterm", "SIGTERM under load", "0 failed requests in flight, exit < 25 s with code 0", run, times=100, short=3),
]
