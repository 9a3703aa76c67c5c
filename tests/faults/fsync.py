"""fsync fails for some time, and then works again."""

import os
import sqlite3
import time

from support import shims
from support.work import Fault


def run(work):
    sign = os.path.join(work.folder, "fsync-fails")
    shim = {"LD_PRELOAD": shims.build(work.folder), "FAULT_FSYNC": sign}
    if work.engine == "postgres":
        work.server = work.cluster(environment=shim)
        service = work.service(work.database())
    else:
        service = work.service(url := work.database(), environment=shim)
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(service)
        writing = ledger.run(120)
        time.sleep(0.6)
        failed = time.time()
        with open(sign, "w"):
            pass
        time.sleep(1.5)
        over = time.time()
        # Nothing can have been acknowledged meanwhile, but for what was under way.
        done = ledger.changes_sent_and_done(failed + 0.2, over)
        if done:
            work.miss(f"{done} changes were acknowledged, and nothing lasts")
        os.remove(sign)
        if work.engine == "postgres":
            # It ends when it cannot trust the disk; a supervisor starts it again.
            work.server.revive()
        mended = time.time()
        time.sleep(2.5)
        # What has only been in memory would be gone now.
        if work.engine == "sqlite" and number % 2:
            service.kill()
            service.start()
        writing.stop()
        work.settle(writing)
        work.recovered(ledger, mended)
        codes = ledger.outcomes(failed, over)
        work.add("clean errors", codes.get("unknown: UNAVAILABLE", 0))
        work.compare(ledger, service)
    service.stop()
    if work.engine == "sqlite":
        with sqlite3.connect(url.removeprefix("sqlite://")) as connection:
            told = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if told != "ok":
                work.miss(told)


FAULTS = [
    Fault(
        "fsync-fails",
        "fsync fails, under the service (SQLite) or under PostgreSQL",
        "nothing is acknowledged meanwhile, clean errors, 0 lost, 0 torn, recovery < 5 s",
        run,
        times=20,
        weight=1,
        needs=shims.lacking,
    )
]
