"""What happens to the cluster while clients use two services, and what has to hold then."""

import copy
import functools
import time

import clients
import nodes
import wire
from support.work import Fault, say

# Seconds of quiet work before the event, and after the cluster's own limit.
BEFORE, AFTER, SHORT_AFTER = 3.0, 8.0, 5.0
# How long a node is frozen.
FROZEN = 30.0
# How long a former leader takes changes because its Patroni does not work yet.
TWO_LEADERS = 5.0
# Writes must work again this long after the cluster takes them, and so must reads where there was no primary.
LATER = 2.0
# The longest time without reads while there is a primary.
READS = 3.0
# How long a service may take to end after SIGTERM.
STOP = 10.0
# Errors that an event may cause. Each of the others is a miss.
EXPECTED = {"UNAVAILABLE", "TIMEOUT"}
LEDGER_WRITERS, LEDGER_PAUSE = 2, 100


class Trial:
    """Two services on a cluster with their clients, and what the clients have seen."""

    def __init__(self, work, cluster, urls=None, read_attributes=None):
        self.cluster, self.books, self.services = cluster, clients.Books(), []
        for number, url in enumerate(urls or self.urls(new_database(work, cluster), "read-write")):
            more = {}
            if read_attributes:
                database = url.rpartition("/")[2].partition("?")[0]
                more["DEVARCH_READ_DATABASE_URL"] = self.urls(database, read_attributes)[number]
            self.services.append(work.service(url, environment=more, catalog=False))

    def urls(self, database, attributes):
        """For the first service the leader is the first host of the URL, for the second one the last."""
        nodes_ = self.cluster.nodes
        return [self.cluster.url(database, attributes, hosts) for hosts in (nodes_, [*nodes_[1:], nodes_[0]])]

    def begin(self):
        """Starts the clients."""
        one, other = self.services
        self.writers = [
            clients.Writer(number, self.books, *((one, other) if number % 2 == 0 else (other, one)))
            for number in range(clients.WRITERS)
        ]
        self.readers = [clients.Reader(number, self.books, service) for number, service in enumerate(self.services)]
        self.probes = [clients.Probe(node) for node in self.cluster.nodes]
        for thread in self.threads():
            thread.start()
        time.sleep(BEFORE)
        self.began = time.time()

    def threads(self):
        return [*self.writers, *self.readers, *self.probes]

    def end(self):
        """Stops the clients; the figures of this event."""
        self.ended = time.time()
        for thread in self.threads():
            thread.over.set()
        for thread in self.threads():
            thread.join(clients.REQUEST_TIMEOUT + 5)
            # A probe may wait for a commit that no standby confirms.
            if thread.is_alive() and thread not in self.probes:
                raise RuntimeError("a client does not end")

    def away(self, threads):
        """The longest time without a success of any of these."""
        moments = [moment for thread in threads for moment in thread.succeeded()]
        return clients.gap(moments, self.began - 1, self.ended)

    def figures(self):
        """The longest times without writes and reads of a service, and without commits of the cluster."""
        writes = max(self.away(self.writers[0::2]), self.away(self.writers[1::2]))
        return {"writes": writes, "reads": [self.away([reader]) for reader in self.readers], "cluster": self.away(self.probes)}

    def judge(self, work, limit, has_primary):
        """Compares the figures with what was promised."""
        seen = self.figures()
        work.most("cluster away", seen["cluster"])
        work.most("writes away", seen["writes"], min(limit, seen["cluster"]) + LATER)
        for number, reads in enumerate(seen["reads"], 1):
            work.most(f"reads away from service {number}", reads, READS if has_primary else max(READS, seen["cluster"] + LATER))
        self.judge_answers(work)
        self.judge_books(work)

    def judge_answers(self, work):
        answers = [answer for thread in (*self.writers, *self.readers) for answer in thread.answers]
        answers += [answer for writer in self.writers for answer in writer.reads]
        errors = [(end - begun, error) for begun, end, error in answers if error]
        for kind in sorted({error for _, error in errors}):
            count = sum(error == kind for _, error in errors)
            work.add(kind, count)
            if kind not in EXPECTED:
                work.miss(f"{count} answers with {kind}")
        work.most("slowest error", max((took for took, _ in errors), default=0.0))
        work.most("slowest answer", max((end - begun for begun, end, _ in answers), default=0.0))
        for number, service in enumerate(self.services, 1):
            if not service.is_ready():
                work.miss(f"/readyz of service {number} is not 200 in the end")

    def judge_books(self, work):
        books = self.books
        work.add("acknowledged", sum(len(writer.succeeded()) for writer in self.writers))
        work.add("reads", sum(len(one.succeeded()) for one in self.readers) + sum(len(writer.reads) for writer in self.writers))
        lost, odd = set(), set()
        for service in self.services:
            for writer in self.writers:
                try:
                    found = writer.compare(clients.everything(service, writer.stack))
                except RuntimeError as cause:
                    work.miss(str(cause))
                    continue
                lost.update(found[0])
                odd.update(found[1])
        work.add("lost", len(lost))
        work.add("stale", len(books.stale))
        for what, lines in ("lost", sorted(lost)), ("stale", books.stale), ("wrong", [*books.wrong, *sorted(odd)]):
            for line in lines[:10]:
                work.miss(f"{what}: {line}")


def new_cluster(work):
    cluster = nodes.Cluster(work.folder, work.short)
    work.stack.callback(cluster.end)
    cluster.start()
    cluster.sql("CREATE ROLE devarch LOGIN", "GRANT pg_read_all_stats TO devarch", "CREATE TABLE probe (at timestamptz)")
    return cluster


def new_database(work, cluster):
    work.made += 1
    name = f"devarch_{work.made}"
    cluster.sql(f"CREATE DATABASE {name} OWNER devarch")
    return name


def run(work, act, limit, has_primary, read_attributes):
    cluster = new_cluster(work)
    for _ in range(work.times):
        seconds = limit(cluster.loop_wait)
        cluster.mend()
        trial = Trial(work, cluster, read_attributes=read_attributes)
        clients.prepare(trial.services[0])
        ledger = work.books(*trial.services, pause=LEDGER_PAUSE)
        writing = ledger.run(600)
        work.stack.callback(writing.process.kill)
        trial.begin()
        leader, synchronous = cluster.leader(), cluster.synchronous()
        say(f"{work.row.fault.name}: the leader is {leader.name}, the synchronous standby {synchronous.name}")
        trial.began = time.time()
        act(cluster, leader, synchronous)
        time.sleep(max(0.0, trial.began + seconds + (SHORT_AFTER if work.short else AFTER) - time.time()))
        trial.end()
        writing.stop()
        trial.judge(work, seconds, has_primary)
        work.settle(writing, slowest=None)
        for service in trial.services:
            work.compare(ledger, service)
        for service in trial.services:
            code, took = service.stop()
            work.most("slowest stop", took, STOP)
            if code:
                work.miss(f"a service has ended with {code}")


def freeze(node):
    node.freeze()
    time.sleep(FROZEN)
    node.thaw()
    time.sleep(AFTER)


def resurrect(cluster, leader):
    """The old leader's PostgreSQL goes on, its Patroni only later, while the services have to connect anew."""
    leader.freeze()
    time.sleep(FROZEN)
    new = cluster.leader()
    leader.thaw("postgres")
    wire.once(new.port, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'devarch'")
    time.sleep(TWO_LEADERS)
    leader.thaw()
    time.sleep(AFTER)


def control(work):
    """A row that is deleted, two services that see different data, and services that cannot follow must all be misses."""
    cluster = new_cluster(work)
    trial = Trial(work, cluster, urls=only_first(cluster, new_database(work, cluster)))
    clients.prepare(trial.services[0])
    trial.begin()
    trial.end()
    must_miss(work, "nothing", [], trial.judge, 0.0, True)
    for service in trial.services:
        service.stop()
    victim = next(one for one in trial.writers[0].instances if one.acknowledged)
    cluster.sql(
        f"DELETE FROM service_instances WHERE instance_id = '{victim.name}' AND description = '{victim.acknowledged}'",
        database=f"devarch_{work.made}",
    )
    for service in trial.services:
        # A running service shows what it has cached until the version of the data changes.
        service.child.stdout.close()
        service.start()
    must_miss(work, "a deleted row", ["lost"], trial.judge_books)
    for service in trial.services:
        service.stop()

    urls = [only_first(cluster, new_database(work, cluster))[0] for _ in range(2)]
    trial = Trial(work, cluster, urls=urls)
    for service in trial.services:
        clients.prepare(service)
    trial.begin()
    trial.end()
    must_miss(work, "different data", ["stale", "lost"], trial.judge_books)
    for service in trial.services:
        service.stop()

    trial = Trial(work, cluster, urls=only_first(cluster, new_database(work, cluster)))
    clients.prepare(trial.services[0])
    trial.begin()
    cluster.switch()
    time.sleep(AFTER)
    trial.end()
    must_miss(work, "services that do not follow", ["writes away", "reads away", "/readyz"], trial.judge, 0.0, True)


def only_first(cluster, database):
    """The URLs of two services that know only the first node."""
    return [cluster.url(database, None, cluster.nodes[:1])] * 2


def must_miss(work, harm, wanted, judge, *arguments):
    """A judgement of a trial has to find what was done on purpose."""
    scratch, found = copy.copy(work), []
    scratch.figures, scratch.miss = {}, found.append
    judge(scratch, *arguments)
    for begin in wanted:
        if any(line.startswith(begin) for line in found):
            work.add("harms seen", 1)
        else:
            work.miss(f"{harm}: no miss that begins with {begin!r}")
    if not wanted:
        for line in found:
            work.miss(f"without harm: {line}")


def scenario(name, about, limit, act, has_primary=False, read_attributes=None):
    """A fault; `limit` gives the seconds that the cluster itself may take, from its `loop_wait`."""

    def of(loop_wait):
        reads = f"reads away < {READS:g} s" if has_primary else f"reads away < cluster + {LATER:g} s"
        writes = f"writes away < cluster + {LATER:g} s and < {limit(loop_wait) + LATER:g} s"
        return f"0 lost, 0 stale; {writes}; {reads}"

    body = functools.partial(run, act=act, limit=limit, has_primary=has_primary, read_attributes=read_attributes)
    fault = Fault(name, about, of(nodes.LOOP_WAIT), body, times=1, databases=("postgres",))
    fault.promised_short = of(nodes.SHORT_LOOP_WAIT)
    return fault


TTL = nodes.TTL
SCENARIOS = [
    Fault("control", "the checks see what was broken on purpose", "every harm is seen", control, times=1, databases=("postgres",)),
    # The leader gives up the key at once; it ends after a checkpoint, and the candidate looks again after a loop at most.
    scenario("switchover", "the synchronous standby gets the lead on demand", lambda loop: loop, lambda c, *_: c.switch()),
    # The leader's key ends.
    scenario(
        "leader-killed",
        "kill -9 of the leader's PostgreSQL and Patroni",
        lambda loop: TTL,
        lambda _, leader, __: leader.kill(),
    ),
    # Patroni notices it in one loop, repairs it, and promotes it or another one in the next.
    scenario(
        "leader-postgres-killed",
        "kill -9 of the leader's PostgreSQL only",
        lambda loop: 2 * loop,
        lambda _, leader, __: leader.kill("postgres"),
    ),
    scenario(
        "leader-frozen",
        f"the leader's PostgreSQL and Patroni stop for {FROZEN:g} s",
        lambda loop: TTL,
        lambda _, leader, __: freeze(leader),
    ),
    # Without a watchdog, only the timeline tells which of the two is the leader.
    scenario(
        "two-leaders",
        f"the frozen leader goes on {TWO_LEADERS:g} s before its Patroni, and the services lose their connections",
        lambda loop: TTL,
        lambda cluster, leader, _: resurrect(cluster, leader),
    ),
    # Its key ends; in its next loop the leader chooses the other standby.
    scenario(
        "standby-frozen",
        f"the synchronous standby's PostgreSQL and Patroni stop for {FROZEN:g} s",
        lambda loop: TTL + loop,
        lambda _, __, synchronous: freeze(synchronous),
        has_primary=True,
    ),
    scenario(
        "read-leader-killed",
        "kill -9 of the leader's node; services read from standbys (--read-database-url of several hosts)",
        lambda loop: TTL,
        lambda _, leader, __: leader.kill(),
        read_attributes="standby",
    ),
    # In its next loop the leader chooses the other standby.
    scenario(
        "read-standby-killed",
        "kill -9 of the synchronous standby's node; services read from standbys",
        lambda loop: loop,
        lambda _, __, synchronous: synchronous.kill(),
        has_primary=True,
        read_attributes="standby",
    ),
]
SHORT = ["switchover", "leader-postgres-killed"]
