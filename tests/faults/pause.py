"""The service is paused and goes on, as when a laptop sleeps or a machine is moved."""

import random
import signal
import time

from support.work import RECOVERY, Fault


def run(work):
    service = work.service(work.database())
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(service)
        writing = ledger.run(60)
        time.sleep(random.uniform(0.3, 0.8))
        service.signal(signal.SIGSTOP)
        paused = random.choice([0.5, 3.0] if work.short else [0.5, 3.0, 12.0])
        time.sleep(paused)
        service.signal(signal.SIGCONT)
        woken = time.time()
        time.sleep(1.5)
        writing.stop()
        # It cannot answer while it is paused.
        work.settle(writing, slowest=paused + 3)
        work.recovered(ledger, woken)
        work.compare(ledger, service)


FAULTS = [
    Fault("pause", "the service is paused for up to 12 s (SIGSTOP)", "0 lost, 0 torn, recovery < 5 s", run, times=20, short=1),
]
