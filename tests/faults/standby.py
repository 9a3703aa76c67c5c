"""A primary is killed, and its synchronous standby takes its place at the same address."""

import os
import signal
import time

from support import postgres
from support.proxy import Proxy
from support.service import Watch
from support.work import RECOVERY, Fault


def made(work, primary):
    standby = postgres.Standby(work.folder, primary)
    work.stack.callback(standby.end)
    return standby


def follow(work, primary):
    """A standby without which the primary acknowledges nothing."""
    standby = made(work, primary)
    primary.sql(None, "alter system set synchronous_standby_names = '*'")
    primary.sql(None, "select pg_reload_conf()")
    until = time.monotonic() + 30
    while primary.sql(None, "select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')") != "1":
        if time.monotonic() > until:
            raise RuntimeError("the standby does not follow")
        time.sleep(0.05)
    return standby


def run(work):
    url = work.database()
    primary = work.server
    proxy = Proxy(primary.port)
    work.stack.callback(proxy.close)
    service = work.service(url.replace(f":{primary.port}/", f":{proxy.port}/"))
    for number in range(work.times):
        if number % 10 == 0:
            ledger = work.books(service)
        standby = follow(work, primary)
        writing = ledger.run(120)
        time.sleep(0.8)
        primary.kill()
        proxy.become("reset")
        standby.promote()
        proxy.target = ("127.0.0.1", standby.port)
        proxy.become("pass")
        promoted = time.time()
        time.sleep(2)
        writing.stop()
        work.settle(writing)
        work.recovered(ledger, promoted)
        work.compare(ledger, service)
        primary.end()
        primary = standby


def frozen(work):
    """A synchronous standby stops responding: mutations wait for it, queries do not."""
    url = work.database()
    primary = work.server
    standby = follow(work, primary)
    service = work.service(url)
    for _ in range(work.times):
        ledger = work.books(service)
        writing = ledger.run(120)
        time.sleep(1.0)
        standby.signal(signal.SIGSTOP)
        time.sleep(0.5)
        watch = Watch(service)
        time.sleep(3.0 if work.short else 10.0)
        watch.stop()
        standby.signal(signal.SIGCONT)
        time.sleep(2)
        writing.stop()
        # Who waits in a commit is not told before the standby has it.
        work.settle(writing, slowest=30)
        work.add("reads meanwhile", len(watch.reads))
        work.most("slowest read meanwhile", watch.slowest(), 2.0)
        failed = [good for _, _, good in watch.reads if not good] + [status for _, _, status in watch.ready if status != 200]
        work.add("failed reads", len(failed))
        if failed or not watch.reads:
            work.miss(f"{len(failed)} of {len(watch.reads)} reads failed")
        work.compare(ledger, service)


def demoted(work):
    """The server at the primary's address becomes a standby, whose data may be stale."""
    url = work.database()
    server = work.server
    service = work.service(url)
    for _ in range(work.times):
        ledger = work.books(service)
        writing = ledger.run(60)
        time.sleep(0.8)
        server.halt()
        with open(os.path.join(server.data, "standby.signal"), "w"):
            pass
        server.begin()
        # One round of the health probe, and what it takes to connect.
        time.sleep(2.0)
        watch = Watch(service)
        time.sleep(2.0)
        watch.stop()
        answered = [good for _, _, good in watch.reads if good]
        ready = [status for _, _, status in watch.ready if status == 200]
        work.add("answers of the demoted one", len(answered) + len(ready))
        if answered or ready or not watch.reads:
            work.miss(f"{len(answered)} of {len(watch.reads)} reads were answered, {len(ready)} times it was ready")
        done = server.run("pg_ctl", "promote", "-w")
        if done.returncode:
            raise RuntimeError(f"it was not promoted: {done.stdout}")
        promoted = time.time()
        time.sleep(2)
        writing.stop()
        work.settle(writing)
        work.recovered(ledger, promoted)
        work.compare(ledger, service)


def read(work):
    """Two servers that read from a standby, which lags, is killed, and comes back."""
    url = work.database()
    primary, standby = work.server, made(work, work.server)
    more = {"DEVARCH_READ_DATABASE_URL": url.replace(f":{primary.port}/", f":{standby.port}/")}
    one, other = work.service(url, environment=more), work.service(url, environment=more)
    for number in range(work.times):
        if number % 10 == 0:
            ledger = work.books(one, other)
        writing = ledger.run(5)
        time.sleep(0.8)
        # It receives changes, but does not replay them.
        standby.sql(None, "select pg_wal_replay_pause()")
        time.sleep(0.8)
        standby.sql(None, "select pg_wal_replay_resume()")
        time.sleep(0.4)
        standby.kill()
        time.sleep(0.5)
        standby.begin()
        work.settle(writing)
        for each in (one, other):
            work.compare(ledger, each)


FAULTS = [
    Fault(
        "frozen-standby",
        "the synchronous standby stops answering",
        "0 lost, 0 torn, every read < 2 s",
        frozen,
        times=4,
        databases=("postgres",),
    ),
    Fault(
        "demoted",
        "the primary becomes a standby, and is promoted again",
        "no answer of a standby, not ready meanwhile; 0 lost, 0 torn, recovery < 5 s",
        demoted,
        times=4,
        databases=("postgres",),
    ),
    Fault(
        "read-standby",
        "reads come from a standby that lags, is killed and comes back",
        "0 lost, 0 torn, no answer behind the last change, every answer < 3 s",
        read,
        times=10,
        databases=("postgres",),
    ),
    Fault(
        "promote-standby",
        "the primary is killed and its synchronous standby promoted",
        "0 lost, 0 torn, every answer < 3 s, recovery < 5 s",
        run,
        times=10,
        databases=("postgres",),
    )
]
