"""Clients that disconnect at random moments of every operation, with a latency of 25 ms to the database."""

import json
import random
import socket
import struct
import threading
import time

from races import Client
from support.proxy import Proxy
from support.work import Fault

# The latency to the database, and the number of clients that disconnect concurrently.
ONE_WAY, CUTTERS = 0.0125, 8
# After how long a request is cut: half of them while their transaction begins, the others at any moment.
BEGINNING, LONGEST = 0.06, 0.4
# The number of instances created by a remaining client after all others have disconnected.
CREATES = 40
# After a time-out of the request, and what its answer takes.
SLOWEST = 12.0
# A transaction in which nothing is asked for so long was left open.
LEFT_OPEN = 1.0

QUERIES = [
    "{ stacks { nodes { name description } } }",
    "{ stack(name: \"cut\") { description instances(first: 50) { totalCount nodes { name overrideCount labels { key } } } } }",
    "{ stack(name: \"cut\") { compose { text } conflicts { __typename } } }",
    "{ templates(first: 20) { nodes { name ports { containerPort } } } }",
    "{ trash { instances { nodes { instance { name } } } } }",
]


def change(n):
    """A mutation of any kind; names are used once."""
    instance = '{ byName: { stack: "cut", name: "db" } }'
    return random.choice([
        f'mutation {{ createInstance(input: {{ stack: {{ name: "cut" }}, template: {{ name: "cut" }}, name: "i{n}" }}) {{ userErrors {{ code }} }} }}',
        f'mutation {{ duplicateInstance(input: {{ instance: {instance}, name: "d{n}" }}) {{ userErrors {{ code }} }} }}',
        f'mutation {{ updateInstance(input: {{ instance: {instance}, description: "{n}" }}) {{ userErrors {{ code }} }} }}',
        f'mutation {{ updateStack(input: {{ stack: {{ name: "cut" }}, description: "{n}" }}) {{ userErrors {{ code }} }} }}',
        f'mutation {{ patchInstanceOverrides(input: {{ instance: {instance}, operations: [{{ set: {{ label: {{ key: "n", value: "{n}" }} }} }}] }}) {{ userErrors {{ code }} }} }}',
        # Refused: its transaction is rolled back.
        'mutation { createStack(input: { name: "cut" }) { userErrors { code } } }',
    ])


class Cutters:
    """Clients that send a request, wait for a moment, and disconnect; some wait for the response."""

    def __init__(self, service):
        self.service, self.over, self.lock = service, threading.Event(), threading.Lock()
        self.cut, self.answered, self.wrong = 0, 0, []
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(CUTTERS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        rng, n = random.Random(), 0
        while not self.over.is_set():
            n += 1
            sort = rng.random()
            if sort < 0.4:
                head = f"GET /stacks/cut/compose.yaml HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\n\r\n".encode()
            else:
                query = rng.choice(QUERIES) if sort < 0.8 else change(f"{number}-{n}")
                body = json.dumps({"query": query}).encode()
                head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nContent-Type: application/json\r\n"
                head = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
            try:
                self.ask(head, rng.uniform(0, rng.choice([BEGINNING, LONGEST])), rng.random() < 0.1)
            except OSError:
                pass  # nothing is promised to who goes away

    def ask(self, request, moment, stays):
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=10) as stream:
            stream.sendall(request)
            if stays:
                text = stream.recv(65536).decode(errors="replace")
                with self.lock:
                    self.answered += 1
                    # Told that it cannot be done now is no error: the machine may be busy.
                    if "INTERNAL" in text or text.startswith("HTTP/1.1 500"):
                        self.wrong.append(text[-200:])
                return
            time.sleep(moment)
            # At once, and not when everything has been taken.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self.lock:
            self.cut += 1

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def left_open(work):
    """The number of transactions that have been idle for long."""
    if work.engine == "sqlite":
        return 0
    told = work.server.sql(None, f"""select count(*) from pg_stat_activity where state like 'idle in transaction%'
        and now() - state_change > interval '{LEFT_OPEN} s'""")
    return int(told)


def there(service):
    """The names of the instances of the remaining client."""
    names, after = set(), None
    client = Client(service)
    query = "query ($a: String) { stack(name: \"stay\") { instances(first: 100, after: $a) { nodes { name } pageInfo { endCursor hasNextPage } } } }"
    while True:
        page = client.read(query, {"a": after})["stack"]["instances"]
        names |= {node["name"] for node in page["nodes"]}
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return names


def run(work):
    url = work.database()
    far, more = url, ["--database-connections", "12"]
    if work.engine == "postgres":
        proxy = Proxy(work.server.port)
        work.stack.callback(proxy.close)
        proxy.become("delay", seconds=ONE_WAY)
        far = url.replace(f":{work.server.port}/", f":{proxy.port}/")
    one, other = work.service(far, arguments=more, catalog=False), work.service(url, arguments=more, catalog=False)
    client, made = Client(one), set()
    for stack in ("cut", "stay"):
        client.mutate("createStack", {"name": stack})
    client.mutate("createTemplate", {"name": "cut", "imageName": "cut"})
    client.mutate("createInstance", {"stack": {"name": "cut"}, "template": {"name": "cut"}, "name": "db"})
    for query in QUERIES:
        client.read(query, {})  # fails when it is none
    for number in range(work.times):
        ledger = work.books(one, other)
        cutters, writing = Cutters(one), ledger.run(4 if work.short else 10)
        open_ = 0
        while writing.process.poll() is None:
            open_ = max(open_, left_open(work))
            time.sleep(0.5)
        cutters.stop()
        work.settle(writing, slowest=SLOWEST)
        work.add("cut off", cutters.cut)
        for wrong in cutters.wrong[:10]:
            work.miss(f"answered: {wrong}")
        # What is left over by those who went away gets hold of others' changes.
        for n in range(CREATES):
            name = f"n{number}-{n}"
            new = {"stack": {"name": "stay"}, "template": {"name": "cut"}, "name": name}
            payload = Client(one).mutate("createInstance", {**new, "idempotencyKey": name} if n % 4 == 3 else new)
            if payload["userErrors"] == [{"code": "NAME_TAKEN"}]:
                pass  # sent again, because it was not told what came of it
            elif payload["userErrors"]:
                work.miss(f"{name}: {payload['userErrors']}")
            else:
                made.add(name)
        unseen = made - there(other)
        work.add("stale", len(unseen))
        if unseen:
            work.miss(f"{len(unseen)} acknowledged creates are not seen by the other server")
        time.sleep(LEFT_OPEN + 0.5)
        open_ = max(open_, left_open(work))
        work.most("open transactions", open_, 0, unit="")
        for each in (one, other):
            work.compare(ledger, each)
        # An end without violence: nothing that was acknowledged waits for anything.
        one.child.terminate()
        one.child.wait()
        one.child.stdout.close()
        lost = made - there(other)
        work.add("lost", len(lost))
        if lost:
            work.miss(f"{len(lost)} acknowledged creates are lost after SIGTERM")
        work.compare(ledger, other)
        one.start()


FAULTS = [
    Fault(
        "hangups",
        "clients go away at random moments of every operation, the database 25 ms away",
        "0 errors, 0 lost, 0 torn, nothing behind another server, 0 open transactions",
        run,
        times=10,
    )
]
