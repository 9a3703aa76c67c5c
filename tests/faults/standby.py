"""A primary is killed, and its synchronous standby takes its place at the same address."""

import os
import subprocess
import time

from support import postgres
from support.proxy import Proxy
from support.work import RECOVERY, Fault


def follow(work, primary):
    """A standby without which the primary acknowledges nothing."""
    standby = postgres.Standby(work.folder, primary)
    work.stack.callback(standby.end)
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


FAULTS = [
    Fault(
        "promote-standby",
        "the primary is killed and its synchronous standby promoted",
        "0 lost, 0 torn, every answer < 3 s, recovery < 5 s",
        run,
        times=10,
        databases=("postgres",),
    )
]
