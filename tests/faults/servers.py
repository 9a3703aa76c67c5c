"""Two or three servers on one database, while one of them is killed again and again."""

import random
import time

from support.work import READY, Fault


def run(work):
    url = work.database()
    # SQLite takes several processes, but gains nothing from them.
    servers = [work.service(url) for _ in range(2 if work.engine == "sqlite" else 3)]
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(*servers)
        writing = ledger.run(1.5)
        time.sleep(random.uniform(0.2, 0.8))
        victim = random.choice(servers)
        victim.kill()
        work.most("ready again", victim.start(), READY)
        work.settle(writing, slowest=30)
        for each in servers:
            work.compare(ledger, each)
    for ledger in work.books_:
        work.compare(ledger, servers[0])


FAULTS = [
    Fault(
        "servers",
        "several servers on one database, one of them is killed",
        "0 lost, 0 torn, no answer behind another server, ready again < 2 s",
        run,
        times=100,
        short=1,
    )
]
