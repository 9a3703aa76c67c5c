"""What happens to the cluster while clients use two services, and what has to hold then."""

import copy
import functools
import time

import clients
import nodes
import wire
from support.work import Fault, say
from trial import LATER, READS, Trial, new_database

# Seconds of work after the cluster's own limit.
AFTER, SHORT_AFTER = 8.0, 5.0
# How long a node is frozen.
FROZEN = 30.0
# How long a former leader takes changes because its Patroni does not work yet.
TWO_LEADERS = 5.0
# How long a service may take to end after SIGTERM.
STOP = 10.0
LEDGER_WRITERS, LEDGER_PAUSE = 2, 100


def new_cluster(work):
    cluster = nodes.Cluster(work.folder, work.short)
    work.stack.callback(cluster.end)
    cluster.start()
    cluster.sql("CREATE ROLE devarch LOGIN", "GRANT pg_read_all_stats TO devarch", "CREATE TABLE probe (at timestamptz)")
    return cluster


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


def continue_without_patroni(cluster, leader):
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
        lambda cluster, leader, _: continue_without_patroni(cluster, leader),
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
