"""A bad network between the service and PostgreSQL: a proxy that drops, refuses, resets, delays or cuts."""

import random
import time

from support.proxy import Proxy
from support.service import Watch
from support.work import RECOVERY, SLOWEST, Fault

MODES = [
    ("drop", {}),
    ("refuse", {}),
    ("reset", {}),
    ("delay", {"seconds": 0.05}),
    ("delay", {"seconds": 0.6}),
    ("delay", {"seconds": 2.0}),
    ("cut", {"bytes": 5000}),
]


def run(work):
    url = work.database()
    proxy = Proxy(work.server.port)
    work.stack.callback(proxy.close)
    service = work.service(url.replace(f":{work.server.port}/", f":{proxy.port}/"))
    away = 3.0 if work.short else 6.0
    modes = [MODES[0], MODES[2], MODES[4], MODES[6]] if work.short else MODES
    for _ in range(work.times):
        ledger = work.books(service)
        for mode, how in modes:
            pause = random.uniform(0.3, 0.8)
            writing, watch = ledger.run(pause + away + 2.0 + 2.0 * (not work.short)), Watch(service)
            time.sleep(pause)
            if mode == "cut":
                how = {"bytes": random.randrange(200, 20_000)}
            title = f"{mode} {' '.join(str(value) for value in how.values())}".strip()
            fell = time.time()
            proxy.become(mode, **how)
            time.sleep(away)
            proxy.become("pass")
            proxy.forget()
            risen = time.time()
            told = work.settle(writing, slowest=1e9)
            watch.stop()
            for what, took in (("slowest answer", told["slowestMs"] / 1000), ("slowest look", watch.slowest())):
                work.figures[what] = (max(work.figures.get(what, (0, "s"))[0], took), "s")
                if took > SLOWEST:
                    work.miss(f"{title}: {what} {took:.2f} s")
            first, again = ledger.first_success(risen), watch.ready_again(risen)
            for what, took in (("recovery", first and first - risen), ("ready again", again)):
                if took is None or took > RECOVERY:
                    work.miss(f"{title}: {what} {'never' if took is None else f'{took:.2f} s'}")
                else:
                    work.most(what, max(0.0, took))
            codes = ledger.outcomes(fell, risen)
            odd = [code for code in codes if code.startswith("unknown: ") and not code.endswith(("UNAVAILABLE", "TIMEOUT"))]
            if odd:
                work.miss(f"{title}: answers {odd}")
            for line in ledger.verify(service.url)[:10]:
                work.miss(f"{title}: {line}")


FAULTS = [
    Fault(
        "unreachable",
        "the network to PostgreSQL drops, refuses, resets, delays or cuts",
        "0 lost, 0 torn, every answer < 3 s, recovery < 5 s",
        run,
        times=5,
        databases=("postgres",),
        weight=2,
    )
]
