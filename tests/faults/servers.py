"""Two servers on one database, while one of them is killed again and again."""

import random
import time

from support.work import READY, Fault


def run(work):
    url = work.database()
    one, other = work.service(url), work.service(url)
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(one, other)
        writing = ledger.run(1.5)
        time.sleep(random.uniform(0.2, 0.8))
        victim = random.choice([one, other])
        victim.kill()
        work.most("ready again", victim.start(), READY)
        work.settle(writing, slowest=30)
        for each in (one, other):
            work.compare(ledger, each)
    for ledger in work.books_:
        work.compare(ledger, one)


FAULTS = [
    Fault(
        "two-servers",
        "two servers on one database, one of them is killed",
        "0 lost, 0 torn, no answer behind the other server, ready again < 2 s",
        run,
        times=100,
        short=1,
    )
]
