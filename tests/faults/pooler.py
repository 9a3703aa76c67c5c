"""PgBouncer between the services and PostgreSQL."""

import os
import subprocess
import time

from support.pgbouncer import Bouncer
from support.work import Fault


def bouncer(work, name, **how):
    made = Bouncer(os.path.join(work.folder, name), work.server, **how)
    work.stack.callback(made.end)
    return made


def run(work, **how):
    """Two services behind a PgBouncer that is reloaded, killed and started again while they write."""
    url = work.database()
    work.devarch(url, "migrate", "up")
    pooler = bouncer(work, "pooler", **how)
    through = pooler.url(url, work.server)
    one, other = work.service(through), work.service(through)
    for number in range(work.times):
        if number % 10 == 0:
            ledger = work.books(one, other)
        writing = ledger.run(4.0 if work.short else 8.0)
        time.sleep(1.0)
        pooler.reload()
        time.sleep(0.5)
        pooler.kill()
        time.sleep(0.3)
        pooler.begin()
        risen = time.time()
        work.settle(writing)
        work.recovered(ledger, risen)
        for each in (one, other):
            work.compare(ledger, each)
    count = "select count(*) from pg_stat_activity where datname = 'devarch_1'"
    work.most("connections", int(work.server.sql(None, count)), how["connections"], "to PostgreSQL")


def transactions(work):
    # Fewer than the services have to it.
    run(work, mode="transaction", prepared=200, connections=4)


def sessions(work):
    run(work, mode="session", prepared=0, connections=20)


def refused(work):
    """A pooler that loses prepared statements is refused at the start, with a line that says why."""
    url = work.database()
    pooler = bouncer(work, "loses", mode="transaction", prepared=0, connections=4)
    command = [work.binary, "--database-url", pooler.url(url, work.server), "serve", "--listen", "127.0.0.1:0"]
    for _ in range(work.times):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={"DEVARCH_SECRETS_KEY": work.keys})
        work.add("refused", int(done.returncode != 0))
        if done.returncode == 0 or "max_prepared_statements" not in done.stderr + done.stdout:
            work.miss(f"exit code {done.returncode}: {(done.stderr + done.stdout).strip()[-300:]}")
        left = work.server.sql("devarch_1", "select count(*) from pg_tables where schemaname = 'public'")
        if left != "0":
            work.miss(f"{left} tables were made all the same")


FAULTS = [
    Fault(
        "pooler",
        "PgBouncer in transaction mode, with fewer connections than its clients, is reloaded and killed",
        "0 lost, 0 torn, every answer < 3 s, recovery < 5 s",
        transactions,
        times=20,
        databases=("postgres",),
    ),
    Fault(
        "pooler-session",
        "the same in session mode",
        "0 lost, 0 torn, every answer < 3 s, recovery < 5 s",
        sessions,
        times=20,
        databases=("postgres",),
    ),
    Fault(
        "pooler-refused",
        "PgBouncer in transaction mode loses prepared statements",
        "refused at the start, nothing is written",
        refused,
        times=3,
        databases=("postgres",),
    ),
]
