"""kill -9 of the service under load."""

import random
import time

from support.work import READY, Fault


def run(work):
    service = work.service(work.database())
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(service)
        writing = ledger.run(1.5)
        time.sleep(random.uniform(0.2, 0.9))
        service.kill()
        work.most("ready again", service.start(), READY)
        work.settle(writing, slowest=30)
        work.compare(ledger, service)
    for ledger in work.books_:
        work.compare(ledger, service)


FAULTS = [
    Fault("kill-service", "kill -9 of the service under load", "0 lost, 0 torn, ready again < 2 s", run, times=200, short=2),
]
