"""A primary is killed, and its synchronous standby takes its place at the same address."""

import os
import subprocess
import time

from support import postgres
from support.proxy import Proxy
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
        # It keeps what comes, and shows nothing of it.
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
