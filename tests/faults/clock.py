"""The system clock jumps, forwards and back."""

import mmap
import os
import random
import struct
import time

from support import shims
from support.work import Fault

HOUR = 3600
JUMPS = [HOUR, -HOUR, 0, 400 * 24 * HOUR, -30 * 24 * HOUR, 1, -1]


def run(work):
    file = os.path.join(work.folder, "clock")
    with open(file, "w+b") as clock:
        clock.write(bytes(8))
        clock.flush()
        place = mmap.mmap(clock.fileno(), 8)
    service = work.service(work.database(), environment={"LD_PRELOAD": shims.build(work.folder), "FAULT_CLOCK": file})
    for number in range(work.times):
        if number % 20 == 0:
            ledger = work.books(service)
        writing = ledger.run(3)
        for _ in range(4):
            time.sleep(random.uniform(0.3, 0.7))
            jump = random.choice(JUMPS)
            place[:] = struct.pack("=q", jump)
            work.add("jumps", 1)
        told = work.settle(writing, slowest=10)
        if told["errors"]:
            work.miss(f"answers after a jump: {told['errors']}")
        work.compare(ledger, service)
    if "\n" not in open_log(service):
        raise RuntimeError("the log is empty")


def open_log(service):
    with open(service.log_file) as log:
        return log.read() + "\n"


FAULTS = [
    Fault("clock", "the clock jumps by seconds, hours and a year", "no errors, 0 lost, 0 torn", run, times=20, needs=shims.lacking)
]
