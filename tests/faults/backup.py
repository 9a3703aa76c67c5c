"""A backup under load is a consistent snapshot, and can be restored completely."""

import os
import subprocess
import time

from support.work import Fault


def run(work):
    url = work.database()
    service = work.service(url)
    # Each writer of these books rests longer than a backup takes: at most one request of each comes between.
    ledger, noise = work.books(service, pause=700), work.books(service)
    for number in range(work.times):
        loud, quiet = noise.run(3), ledger.run(3)
        time.sleep(1.2)
        copy = os.path.join(work.folder, f"backup-{number}")
        begun = time.time()
        back_up(work, url, copy)
        ended = time.time()
        work.most("backup", ended - begun)
        work.settle(quiet, slowest=30)
        work.settle(loud, slowest=30)
        # What was acknowledged before is in it, what was sent afterwards is not, and what was sent meanwhile may be.
        then = ledger.until(f"{copy}.journal", begun, ended)
        again = work.service(restore(work, copy))
        found = then.verify(again.url)
        work.add("backups", 1)
        work.add("lost or torn", len(found))
        for line in found[:10]:
            work.miss(f"{then.file}: {line}")
        again.close()
    work.compare(ledger, service)
    work.compare(noise, service)


def back_up(work, url, copy):
    if work.engine == "sqlite":
        work.devarch(url, "backup", copy)
    else:
        tool(work, "pg_dump", "--format=custom", "--file", copy, url)


def restore(work, copy):
    url = work.database()
    if work.engine == "sqlite":
        work.devarch(url, "restore", copy)
    else:
        tool(work, "pg_restore", "--exit-on-error", "--single-transaction", "--dbname", url, copy)
    return url


def tool(work, program, *arguments):
    done = subprocess.run([os.path.join(work.server.programs, program), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr[-300:]}")


FAULTS = [
    Fault(
        "backup",
        "a backup under load is restored",
        "all that was acknowledged before, nothing that was sent after, nothing torn",
        run,
        times=20,
    )
]
