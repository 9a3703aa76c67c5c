"""Migrations: killed in the middle, and two servers that migrate one empty database at once."""

import os
import random
import subprocess
import time

from support.work import Fault


def migrate(work, url, *what):
    environment = {**os.environ, "DEVARCH_SECRETS_KEY": work.keys}
    command = [work.binary, "--database-url", url, "--log", "warn", "migrate", *(what or ("up",))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=work.folder, env=environment)


def is_whole(work, url, what):
    """It migrates to the end, serves, writes, and goes all the way down and up."""
    for step in (("up",), ("down", "--all"), ("up",)):
        done = migrate(work, url, *step)
        out, err = done.communicate()
        if done.returncode:
            work.miss(f"{what}: migrate {' '.join(step)}: {err.strip()[:300]}")
            return
    if "ending" in out.lower():
        work.miss(f"{what}: {out}")
    service = work.service(url)
    ledger = work.books(service)
    work.settle(ledger.run(0.5), slowest=10)
    work.compare(ledger, service)
    service.stop()


def killed(work):
    url = work.database()
    begun = time.monotonic()
    migrate(work, url).communicate()
    whole = time.monotonic() - begun
    for number in range(work.times):
        url = work.database()
        for _ in range(random.randrange(1, 4)):
            process = migrate(work, url)
            time.sleep(random.uniform(0.0, whole))
            process.kill()
            process.communicate()
            work.add("kills", 1)
        # The whole way for some; for all: up to the end from wherever it was.
        if number % 10 == 0 or work.short:
            is_whole(work, url, "killed")
        else:
            done = migrate(work, url)
            _, err = done.communicate()
            if done.returncode:
                work.miss(f"killed, then up: {err.strip()[:300]}")


def together(work):
    for number in range(work.times):
        url = work.database()
        both = [migrate(work, url) for _ in range(2 + number % 2)]
        for process in both:
            _, err = process.communicate()
            if process.returncode:
                work.miss(f"migrating at once: {err.strip()[:300]}")
        work.add("migrated at once", len(both))
        if number % 10 == 0:
            is_whole(work, url, "migrated at once")


def starting(work):
    """Two servers start on one empty database: migrations, keys and catalogue at once."""
    from concurrent.futures import ThreadPoolExecutor

    for _ in range(work.times):
        url = work.database()
        with ThreadPoolExecutor() as pool:
            both = [pool.submit(work.service, url) for _ in range(2)]
        for one in both:
            if one.exception():
                work.miss(f"started at once: {str(one.exception())[:300]}")
        services = [one.result() for one in both if not one.exception()]
        if services:
            ledger = work.books(*services)
            work.settle(ledger.run(0.7), slowest=10)
            for service in services:
                work.compare(ledger, service)
                service.stop()
        work.add("servers", len(services))


FAULTS = [
    Fault("kill-migration", "kill -9 in the middle of a migration", "the next one finishes it, nothing is torn", killed, times=50, short=1),
    Fault("migrate-together", "two or three migrate one empty database at once", "all succeed, it is whole", together, times=50, short=2),
    Fault("start-together", "two servers start on one empty database", "both serve, nothing lost or torn", starting, times=20, short=1),
]
