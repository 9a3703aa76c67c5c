"""Runs one load on one server, and measures its cost."""

import os
import re
import resource
import statistics
import subprocess
import time

from . import clocks, questions

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "load.lua")


def load(server, database, question, prefix, seconds, connections):
    """Sends an operation again and again, and returns a row of figures."""
    environment = {**os.environ, "BODIES": server.bodies(question), "RUN": prefix}
    url = f"http://127.0.0.1:{server.port}{server.path(question)}"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", SCRIPT, url]

    def counters():
        return server.cpu(), database.cpu()

    before, machine, started = counters(), clocks.machine_cpu(), time.perf_counter()
    own = children_cpu()
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    told = re.search(r"^DONE (.*)$", done.stdout, re.M)
    if not told:
        raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")
    machine, took = clocks.machine_cpu() - machine, time.perf_counter() - started
    own = children_cpu() - own
    at_end = counters()
    after = clocks.when_quiet(counters)

    requests, micros, size, failed, refused, p50, p99 = (float(word) for word in told[1].split())
    # When the time is over, every connection has a request on its way: on average it is half done.
    count = max(1.0, requests + connections / 2)
    server_ms, database_ms = ((now - then) / 1e6 / count for now, then in zip(after, before))
    known = sum(at_end) - sum(before) + own
    return {
        "question": question,
        "server": server.name,
        "stacks": server.size[0],
        "requests": int(requests),
        "errors": int(failed + refused),
        "server_ms": server_ms,
        "database_ms": database_ms,
        "sum_ms": server_ms + database_ms,
        "per_second": requests / (micros / 1e6),
        "p50_ms": p50 / 1000,
        "p99_ms": p99 / 1000,
        "kib": size / max(1.0, requests) / 1024,
        "other_cpus": max(0.0, machine - known) / 1e9 / took,
    }


def children_cpu():
    """Nanoseconds of CPU of ended children: the load generator."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def statements(server, question, choice, first, run):
    """Statements of one request, as the service counts them."""
    server.ask(question, choice, f"n-{run}-w", first)  # what is only done once is done
    before = server.statements()
    count = 3
    for number in range(count):
        server.ask(question, choice, f"n-{run}-{number}", first)
    (total, requests) = (now - then for now, then in zip(server.statements(), before))
    questions.expect("all requests are counted", requests == count)
    return total / count


def median(rows, key):
    return statistics.median(row[key] for row in rows)
