"""PostgreSQL refuses statements at random with serialization failures and deadlocks, as an engine does that spreads over machines.

Each round prints its seed. CONFLICTS_SEED=N refuses the same statements of each connection again.
"""

import base64
import collections
import http.client
import json
import os
import random
import threading
import time
import urllib.parse

from support import wire
from support.conflict_proxy import AT_COMMIT, IN_TRANSACTION, OUTSIDE, ConflictProxy
from support.service import Watch
from support.work import Fault, say

CHANGES = "subscription { changes { __typename ... on ChangeEvent { cursor change { id } } ... on HeartbeatEvent { cursor } } }"
# The shares of statements that are refused, and the share of requests that may end as UNAVAILABLE.
SHARES, PROMISED_AT, MOST_UNAVAILABLE = (0.02, 0.10, 0.25), 0.10, 1.0
READERS, STARTS = 4, 5
CUT_OFF = "cut off"
READS = {
    "plan": "{ stacks(first: 5) { totalCount nodes { name instances(first: 5) { nodes { name revision envVars { key value } } } } } }",
    "executor": "{ __typename stacks(first: 3) { nodes { name template: __typename } } templates(first: 3) { nodes { name } } }",
    "history": "{ changes(first: 5) { nodes { id message } } changeCursor }",
    "trash": "{ trash { instances(first: 3) { nodes { instance { name } } } } }",
    "port": "{ suggestHostPort(near: 8000) }",
    "stack": '{ stack(name: "%s") { name changeCursor instances(first: 3) { nodes { name template { name } } } } }',
}


def run(work):
    check_proxy(work)
    shares = (PROMISED_AT,) if work.short else SHARES
    for _ in range(work.times):
        for share in shares:
            round_of(work, share)


def round_of(work, share):
    """A new database, a service that reaches it through a proxy, writers, readers and a subscriber."""
    url = work.database()
    proxy = ConflictProxy(work.server.port, share, int(os.environ.get("CONFLICTS_SEED", random.randrange(1 << 32))))
    work.stack.callback(proxy.close)
    say(f"{share:.0%} of the statements are refused, seed {proxy.seed}")
    service = start(work, proxy, url.replace(f":{work.server.port}/", f":{proxy.port}/"))
    proxy.share = 0.0
    before = changes(work, url)
    follower = Follower(service)
    proxy.share = share
    ledger = work.books(service)
    writing = ledger.run(60)
    watch, readers = Watch(service), [Reader(service) for _ in range(READERS)]
    time.sleep(10.0 if work.short else 15.0)
    for one in (watch, *readers):
        one.stop()
    writing.stop()
    told = work.settle(writing, slowest=10)
    # The comparison reads without refusals. It is not what is tested.
    proxy.share = 0.0
    work.compare(ledger, service)
    follower.compare(work, share, url, before)
    judge(work, share, "looks at /readyz", len(watch.ready), {"UNAVAILABLE": sum(status != 200 for _, _, status in watch.ready)})
    answers = sum(told["counts"].values())
    judge(work, share, "changes", answers, told["errors"])
    count(work, share, "reads", readers)
    with_keys(work, share, proxy, service)
    for place in (IN_TRANSACTION, AT_COMMIT, OUTSIDE):
        work.add(f"refused {place}", proxy.refused[place])
        if proxy.refused[place] == 0:
            work.miss(f"{share:.0%}: nothing was refused {place}")
    keep(work, share, proxy)
    service.stop()
    proxy.close()


def start(work, proxy, url):
    """Starts the service while statements are refused. It should start at once; if it never does, without refusals."""
    share = proxy.share
    for attempt in range(1, STARTS + 2):
        if attempt > STARTS:
            proxy.share = 0.0
        try:
            service = work.service(url)
        except SystemExit as cause:
            if attempt > STARTS:
                raise
            say(f"start {attempt}: {str(cause).strip().splitlines()[-1][-300:]}")
            continue
        work.most(f"attempts to start at {share:.0%}", attempt, unit="times")
        if attempt > 1:
            never = ", without refusals" if attempt > STARTS else ""
            work.miss(f"{share:.0%}: it started at attempt {attempt}{never}")
        return service


def with_keys(work, share, proxy, service):
    """Readers whose key is looked up in the database."""
    answer = service.ask('mutation { createApiKey(input: { name: "reader", role: ADMIN }) { token userErrors { code } } }')
    token = answer["data"]["createApiKey"]["token"]
    proxy.share = share
    readers = [Reader(service, token) for _ in range(READERS)]
    time.sleep(2.0 if work.short else 5.0)
    for reader in readers:
        reader.stop()
    proxy.share = 0.0
    count(work, share, "reads with a key", readers)


def count(work, share, what, readers):
    answers = sum(reader.answers for reader in readers)
    codes = sum((reader.codes for reader in readers), collections.Counter())
    kinds = sum((reader.failed for reader in readers), collections.Counter())
    if kinds:
        say(f"{share:.0%}, {what} that failed: {dict(kinds)}")
    odd = {code: number for code, number in codes.items() if code not in ("UNAVAILABLE", "TIMEOUT", CUT_OFF)}
    if odd:
        work.miss(f"{share:.0%}, {what}: {odd}")
    judge(work, share, what, answers, codes)


def judge(work, share, what, answers, codes):
    """Records how many of the answers were UNAVAILABLE."""
    if not answers:
        work.miss(f"{share:.0%}: no answers to {what}")
        return
    unavailable = 100 * (codes.get("UNAVAILABLE", 0) + codes.get(CUT_OFF, 0)) / answers
    say(f"{share:.0%}, {what}: {answers} answers, UNAVAILABLE {unavailable:.2f} %, {dict(codes)}")
    work.most(f"UNAVAILABLE {what} at {share:.0%}", unavailable, MOST_UNAVAILABLE if share <= PROMISED_AT else None, "%")


def keep(work, share, proxy):
    """Leaves what was refused in a file, and says how much."""
    refused = ", ".join(f"{number} {place}" for place, number in proxy.refused.items())
    say(f"{share:.0%}: {proxy.total()} of {proxy.seen} statements refused: {refused}")
    say(f"{share:.0%}: {dict(proxy.kinds)}, {dict(proxy.codes)}")
    with open(os.path.join(work.folder, f"refused-{share}-{work.made}.txt"), "w") as file:
        for (place, sql), number in proxy.texts.most_common():
            file.write(f"{number}\t{place}\t{sql}\n")


def changes(work, url):
    """The ids of the changes in the log."""
    return set(work.server.sql(url.rpartition("/")[2], "SELECT id FROM change_log").split())


def number(id_):
    """The number in a global id."""
    return base64.urlsafe_b64decode(id_ + "=" * (-len(id_) % 4)).decode().rpartition(":")[2]


class Follower(threading.Thread):
    """Follows all changes, and comes back with the cursor of its last event."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.seen, self.cursor, self.cuts, self.ready = service, set(), None, collections.Counter(), threading.Event()
        self.cursor = service.ask("{ changeCursor }")["data"]["changeCursor"]
        self.over = False
        self.start()
        if not self.ready.wait(10):
            raise RuntimeError("the subscription does not begin")

    def run(self):
        where = f"/graphql?{urllib.parse.urlencode({'query': CHANGES})}"
        while not self.over:
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
            try:
                connection.request("GET", where, headers={"Accept": "text/event-stream", "Last-Event-ID": self.cursor})
                self.follow(connection.getresponse())
            except (OSError, http.client.HTTPException, ValueError) as cause:
                self.cuts[type(cause).__name__] += 1
            finally:
                connection.close()
            time.sleep(0.05)

    def follow(self, answer):
        if not answer.getheader("Content-Type", "").startswith("text/event-stream"):
            told = json.loads(answer.read())
            self.cuts[told["errors"][0].get("extensions", {}).get("code")] += 1
            return
        self.ready.set()
        while line := answer.readline():
            if not line.startswith(b"data: {"):
                continue
            told = json.loads(line[6:])
            if "errors" in told:
                self.cuts[told["errors"][0].get("extensions", {}).get("code")] += 1
                return
            event = told["data"]["changes"]
            if event["__typename"] == "ResyncEvent":
                self.cuts["resync"] += 1
                return
            if event["__typename"] == "ChangeEvent":
                self.seen.add(number(event["change"]["id"]))
            self.cursor = event["cursor"]
        self.cuts["end"] += 1

    def compare(self, work, share, url, before):
        """Whether it has seen all changes since it began that are in the log, at the latest a few seconds after the last one."""
        until = time.monotonic() + 5
        while not (new := changes(work, url) - before) <= self.seen and time.monotonic() < until:
            time.sleep(0.05)
        self.over, seen = True, set(self.seen)
        say(f"{share:.0%}: a subscriber saw {len(seen)} changes, and was cut off: {dict(self.cuts)}")
        work.add("events", len(seen))
        # Changes of what was purged are not in the log any more.
        for what, wrong in (("not seen", new - seen), ("from before", seen & before)):
            if wrong:
                work.miss(f"{share:.0%}: a subscriber: {len(wrong)} changes {what}: {sorted(wrong)[:5]}")
        if self.cuts["resync"]:
            work.miss(f"{share:.0%}: a subscriber was told to read everything again")


class Reader(threading.Thread):
    """Sends queries one after the other; counts the answers and the codes of errors."""

    def __init__(self, service, token=None):
        super().__init__(daemon=True)
        self.service, self.over, self.connection = service, threading.Event(), None
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.answers, self.codes, self.failed = 0, collections.Counter(), collections.Counter()
        self.start()

    def run(self):
        stack = ""
        while not self.over.is_set():
            for kind, query in READS.items():
                data, code = self.ask(query.replace("%s", stack))
                self.answers += 1
                if code:
                    self.codes[code] += 1
                    self.failed[kind] += 1
                elif kind == "plan" and data["stacks"]["nodes"]:
                    stack = data["stacks"]["nodes"][0]["name"]

    def ask(self, query):
        """The data, and the code of an error."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        try:
            self.connection.request("POST", "/graphql", json.dumps({"query": query}), self.headers)
            answer = json.loads(self.connection.getresponse().read())
        except ConnectionError:
            # Answered before the body was sent, and closed.
            self.connection = None
            return None, CUT_OFF
        except (OSError, http.client.HTTPException, ValueError) as cause:
            self.connection = None
            return None, type(cause).__name__
        if "errors" not in answer:
            return answer["data"], None
        return None, answer["errors"][0].get("extensions", {}).get("code", "no code")

    def stop(self):
        self.over.set()
        self.join()


def check_proxy(work):
    """Whether the proxy itself does what it says. Statements are sent to it as a driver sends them."""
    url = urllib.parse.urlsplit(work.database())
    work.server.sql(url.path[1:], "CREATE TABLE t (n INTEGER)")
    proxy = ConflictProxy(work.server.port, seed=1)
    work.stack.callback(proxy.close)
    checks = wire.Client(proxy.port, url.username, url.path[1:]), proxy
    for check in (outside, in_transaction, at_commit, in_block, never_refused, prepared, in_batch, after_rows, pipelined, nothing):
        try:
            check(*checks)
        except AssertionError as cause:
            work.miss(f"the proxy, {check.__name__}: {cause}")
    patterns = [pattern(work, url) for _ in range(2)]
    if patterns[0] != patterns[1] or not 10 < sum(patterns[0]) < 90:
        work.miss(f"the proxy refuses with one seed {patterns}")
    if proxy.total() == 0 or set(proxy.codes) != {"40001", "40P01"}:
        work.miss(f"the proxy has refused {dict(proxy.codes)}")
    proxy.close()


def pattern(work, url):
    """Which of a hundred statements are refused with one seed."""
    proxy = ConflictProxy(work.server.port, 0.5, seed=7)
    client = wire.Client(proxy.port, url.username, url.path[1:])
    found = [client.query("SELECT 1").code is not None for _ in range(100)]
    proxy.close()
    return found


def expect(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found} and not {wanted}")


def is_conflict(code):
    if code not in ("40001", "40P01"):
        raise AssertionError(f"the error is {code}")


def refused(client, proxy, sql, status):
    """Sends a query that has to be refused, and leave the connection in this status."""
    proxy.share = 1.0
    answer = client.query(sql)
    proxy.share = 0.0
    is_conflict(answer.code)
    expect(answer.status, status)


def there(client):
    return client.query("SELECT count(*) FROM t").rows[0][0]


def outside(client, proxy):
    for _ in range(20):
        refused(client, proxy, "INSERT INTO t VALUES (1)", "I")
    expect(there(client), "0")


def in_transaction(client, proxy):
    expect(client.query("BEGIN").status, "T")
    client.query("INSERT INTO t VALUES (1)")
    refused(client, proxy, "INSERT INTO t VALUES (2)", "E")
    answer = client.query("SELECT 1")
    expect((answer.code, answer.status), ("25P02", "E"))
    expect(client.query("COMMIT").status, "I")
    expect(there(client), "0")


def at_commit(client, proxy):
    client.query("BEGIN")
    client.query("INSERT INTO t VALUES (1)")
    refused(client, proxy, "COMMIT", "I")
    expect(there(client), "0")
    client.query("BEGIN")
    client.prepare("c", "COMMIT")
    client.query("INSERT INTO t VALUES (1)")
    proxy.share = 1.0
    answer = client.execute("c")
    proxy.share = 0.0
    expect((answer.code, answer.status), ("40001", "I"))
    expect(there(client), "0")


def in_block(client, proxy):
    """Several statements in one query: the transaction stays open, or was rolled back at its COMMIT."""
    found = set()
    for _ in range(20):
        proxy.share = 1.0
        answer = client.query("BEGIN; INSERT INTO t VALUES (1); COMMIT")
        proxy.share = 0.0
        is_conflict(answer.code)
        found.add(answer.status)
        client.query("ROLLBACK")
    expect(found, {"E", "I"})
    expect(there(client), "0")


def never_refused(client, proxy):
    proxy.share = 1.0
    begun, test, ping = "BEGIN ISOLATION LEVEL REPEATABLE READ", "DO $$BEGIN COMMIT; END$$", "/* ping */"
    for sql in (test, "SET lock_timeout = '5s'", begun, "ROLLBACK", "LISTEN x", ping, "-- set\nROLLBACK"):
        expect(client.query(sql).code, None)
    proxy.share = 0.0


def prepared(client, proxy):
    """A statement that could not be prepared is not prepared; one that was refused later stays."""
    proxy.share = 1.0
    answer = client.prepare("p", "SELECT 1")
    proxy.share = 0.0
    is_conflict(answer.code)
    expect(client.execute("p").code, "26000")
    expect(client.prepare("p", "INSERT INTO t VALUES (3)").code, None)
    proxy.share = 1.0
    found = [client.execute("p") for _ in range(20)]
    proxy.share = 0.0
    for answer in found:
        is_conflict(answer.code)
        expect(answer.status, "I")
    expect(there(client), "0")
    # Without a name, too.
    client.prepare("", "SELECT 1")
    proxy.share = 1.0
    client.execute("")
    proxy.share = 0.0
    expect(client.execute("").rows, [["1"]])


def in_batch(client, proxy):
    """What follows until Sync is skipped, and what precedes it is undone."""
    client.prepare("i", "INSERT INTO t VALUES (4)")
    client.query("BEGIN")
    proxy.share = 1.0
    answer = client.execute("i", "i", "i")
    proxy.share = 0.0
    is_conflict(answer.code)
    expect(answer.status, "E")
    client.query("ROLLBACK")
    expect(there(client), "0")


def after_rows(client, proxy):
    """Some rows, and then the error."""
    client.prepare("s", "INSERT INTO t SELECT generate_series(1, 100) RETURNING n")
    proxy.share = 1.0
    found = [client.execute("s") for _ in range(60)]
    proxy.share = 0.0
    for answer in found:
        is_conflict(answer.code)
        expect(answer.status, "I")
    expect({len(answer.rows) for answer in found}, {0, 1, 3})
    expect(there(client), "0")


def pipelined(client, proxy):
    """Several batches in one packet."""
    proxy.share = 1.0
    client.send(wire.query("BEGIN") + wire.prepare("q", "SELECT 1") + wire.query("ROLLBACK") + wire.query("SELECT 1"))
    answers = [client.answer() for _ in range(4)]
    proxy.share = 0.0
    expect([answer.status for answer in answers], ["T", "E", "I", "I"])
    expect([answer.code is None for answer in answers], [True, False, True, False])


def nothing(client, proxy):
    """Without refusals everything is as it is."""
    before = proxy.total()
    expect(client.query("INSERT INTO t VALUES (9)").code, None)
    client.prepare("n", "SELECT n FROM t")
    expect(client.execute("n").rows, [["9"]])
    expect(proxy.total(), before)


FAULTS = [
    Fault(
        "conflicts",
        "of the statements 2, 10 and 25 % end with a serialization failure or a deadlock",
        "0 lost, 0 torn, every change is followed, it starts at once, at 10 % at most 1 % of the answers are UNAVAILABLE",
        run,
        times=3,
        databases=("postgres",),
        alone=True,
    )
]
