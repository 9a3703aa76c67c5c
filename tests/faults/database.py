"""PostgreSQL is unavailable for some time: restarted, killed, stopped for a while, frozen."""

import random
import signal
import time

from support.service import Watch
from support.work import RECOVERY, SLOWEST, Fault


def outage(work, fall, rise, gap):
    """Writes and watches while the database falls, is away for `gap` seconds, and rises."""
    service = work.service(work.database())
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(service)
        pause = random.uniform(0.4, 1.2)
        writing, watch = ledger.run(120), Watch(service)
        time.sleep(pause)
        fell = time.time()
        fall(work.server)
        gone = time.time()
        time.sleep(gap)
        over = time.time()
        rise(work.server)
        risen = time.time()
        time.sleep(2.5)
        writing.stop()
        work.settle(writing)
        watch.stop()
        work.recovered(ledger, risen)
        work.most("slowest look", watch.slowest(), SLOWEST)
        again = watch.ready_again(risen)
        if again is None:
            work.miss("it was not ready again")
        else:
            work.most("ready again", again, RECOVERY)
        # Once it is known that the database is away, it is not ready.
        if gap >= 3 and 200 in watch.unready_between(gone + 2.5, over):
            work.miss("it says that it is ready, and the database is away")
        codes = ledger.outcomes(fell, risen)
        odd = [code for code in codes if code.startswith("unknown: ") and not code.endswith(("UNAVAILABLE", "TIMEOUT"))]
        if odd:
            work.miss(f"answers while the database was away: {odd}")
        work.compare(ledger, service)
    for ledger in work.books_:
        work.compare(ledger, service)


def restart(work):
    outage(work, lambda server: server.halt(), lambda server: server.begin(), 0.0)


def kill(work):
    outage(work, lambda server: server.kill(), lambda server: server.begin(), 0.2)


def stop(work):
    outage(work, lambda server: server.halt(), lambda server: server.begin(), 4.0 if work.short else 10.0)


def freeze(work):
    freezing = (lambda server: server.signal(signal.SIGSTOP), lambda server: server.signal(signal.SIGCONT))
    outage(work, *freezing, 4.0 if work.short else 10.0)


def stop_meanwhile(work):
    """SIGTERM while the database is frozen: the service must still end."""
    for _ in range(work.times):
        service = work.service(work.database())
        ledger = work.books(service)
        writing = ledger.run(60)
        time.sleep(0.7)
        work.server.signal(signal.SIGSTOP)
        time.sleep(random.choice([0.1, 3.0]))
        code, seconds = service.stop()
        work.server.signal(signal.SIGCONT)
        work.most("exit", seconds, 25)
        if code:
            work.miss(f"exit code {code}")
        service.child.stdout.close()
        service.start()
        writing.stop()
        work.settle(writing)
        work.compare(ledger, service)
        service.stop()


PROMISED = "0 lost, 0 torn, every answer < 3 s, recovery < 5 s"
FAULTS = [
    Fault("restart-database", "PostgreSQL is restarted", PROMISED, restart, times=20, databases=("postgres",)),
    Fault("kill-database", "kill -9 of every process of PostgreSQL", PROMISED, kill, times=200, databases=("postgres",)),
    Fault("stop-database", "PostgreSQL is stopped for 10 s", PROMISED, stop, times=10, databases=("postgres",)),
    Fault(
        "sigterm-away",
        "SIGTERM while PostgreSQL is frozen",
        "exit < 25 s with code 0, 0 lost, 0 torn",
        stop_meanwhile,
        times=10,
        databases=("postgres",),
    ),
    Fault("freeze-database", "PostgreSQL is frozen (SIGSTOP) for 10 s", PROMISED, freeze, times=10, databases=("postgres",)),
]
